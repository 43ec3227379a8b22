"""Comparing, merging, tombstones, cursors, inbox and outbox: how what comes in becomes what we hold."""

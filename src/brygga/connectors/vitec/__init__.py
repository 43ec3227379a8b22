"""Vitec Connect: an office's database, read and listened to."""

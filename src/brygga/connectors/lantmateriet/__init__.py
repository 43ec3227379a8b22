"""Lantmäteriet: the property register (*fastighetsregistret*), as far as a firm has ordered its products."""

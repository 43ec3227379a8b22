"""Mailgun: `api` calls it, `schema` has the shapes, `mapping` translates (pure).

Imports go one way: api → mapping → schema. What it can do and what is not known: `manifest.toml`.
"""

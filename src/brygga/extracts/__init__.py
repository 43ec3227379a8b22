"""Reads what a broker is sent: register extracts, lists of flats, energy declarations, key figures.

A file's bytes go in, typed facts come out (`facts`), each with its place in the file. Foreign
bytes are only ever opened in a limited child process (`reader`). Layouts are data (`layouts/`).
"""

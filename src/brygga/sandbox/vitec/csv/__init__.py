"""Estates from a CSV file instead of from a seed: read the rows, understand them, build the answers."""

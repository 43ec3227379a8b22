"""The agency's own database: tables of somebody else's making, read and written by a mapping file."""

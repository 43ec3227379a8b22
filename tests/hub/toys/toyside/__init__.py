"""A system in memory that can be read and written, for tests of mirrors."""

"""A connector made for tests."""

"""Compares what the scan finds in packages with what the linters find."""

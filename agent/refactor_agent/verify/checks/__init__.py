"""Checks on the converted tree; each file is one, found by itself."""

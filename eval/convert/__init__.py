"""Converts sync packages whose async side people wrote by hand, and measures by their tests."""

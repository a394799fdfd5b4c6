"""The target's tests, made to test what has become async."""

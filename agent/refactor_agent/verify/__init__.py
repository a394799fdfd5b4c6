"""Verify: the gate that no wrong conversion passes."""

"""Locate: every path from an async function to a blocking call."""

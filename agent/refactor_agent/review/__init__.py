"""Review: decide what becomes of a verdict."""

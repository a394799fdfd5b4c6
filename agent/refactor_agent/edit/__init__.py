"""Edit: lay proposals over a tree."""

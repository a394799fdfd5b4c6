"""The values that pass between stages: frozen, typed, and free of behaviour."""

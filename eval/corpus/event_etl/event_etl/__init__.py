"""Takes events from an upstream log into a local store, as a stream."""

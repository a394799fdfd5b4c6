"""A run: its options, its directory, and its steps over the stages."""

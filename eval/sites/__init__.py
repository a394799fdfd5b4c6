"""What becomes of labelled sites: planned, converted and checked, but not tested."""

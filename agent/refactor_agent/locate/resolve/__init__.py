"""From summaries to what names, receivers and calls mean."""

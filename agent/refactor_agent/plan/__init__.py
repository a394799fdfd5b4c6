"""Plan: group regions into change sets and choose strategies."""

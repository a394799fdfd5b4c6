"""A small retrieval-augmented question answering service."""

"""Rules: one Markdown file each, read once and asked by every stage."""

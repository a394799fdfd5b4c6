"""What models can do wrong, and what becomes of it: measured against a server on this machine."""

"""The target: its files, configuration, interpreter and version control."""

"""Takes documents in: stores them, extracts their text in a child process, indexes it."""

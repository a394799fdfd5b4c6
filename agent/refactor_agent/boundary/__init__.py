"""The boundary module that converted projects get, kept here as its source."""

"""A nightly job that reprices a catalogue, and the service that it became."""

"""The tracer that runs inside the target: standard library only, Python 3.9 on."""

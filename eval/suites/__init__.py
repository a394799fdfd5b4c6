"""The suites: each module here is one, and is found by itself (see `eval.runs.suite.Suite`)."""

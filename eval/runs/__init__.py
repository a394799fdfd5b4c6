"""Runs suites of cases, keeps their results, and says what two results differ in."""

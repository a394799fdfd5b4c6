"""Collects the examples of rule files as tests."""

pytest_plugins = ("rules.collector",)

"""Runs a command under the tracer and joins what it saw with what `locate` finds."""

from refactor_agent.trace.command import Traced, run_traced
from refactor_agent.trace.environment import tracing_environment
from refactor_agent.trace.reading import read_recording
from refactor_agent.trace.recording import Calls, Frame, Recording, Stack
from refactor_agent.trace.render import report_as_json, report_as_text
from refactor_agent.trace.report import TraceReport, make_report

__all__ = [
    "Calls",
    "Frame",
    "Recording",
    "Stack",
    "TraceReport",
    "Traced",
    "make_report",
    "read_recording",
    "report_as_json",
    "report_as_text",
    "run_traced",
    "tracing_environment",
]

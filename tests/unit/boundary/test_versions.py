"""The vendored module under every Python it is for, each in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refactor_agent.boundary import boundary_source
from support.pythons import interpreter_or_skip

BEHAVIOUR = Path(__file__).with_name("behaviour.py")
CHECKS = BEHAVIOUR.read_text().split("\ndef main")[0].count("\nasync def ")
VERSIONS = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_it_does_what_it_promises(tmp_path, version):
    python = interpreter_or_skip(version)
    (tmp_path / "_async_adapters.py").write_text(boundary_source())
    shutil.copy(BEHAVIOUR, tmp_path)
    # Without site-packages: it needs the standard library, and nothing there changes what it does.
    command = [python, "-S", "-W", "error", "-X", "dev", BEHAVIOUR.name]
    ended = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout.splitlines()) > CHECKS / 2


@pytest.mark.slow
def test_spans_and_waits_reach_opentelemetry(tmp_path):
    pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry is not installed here")
    (tmp_path / "_async_adapters.py").write_text(boundary_source())
    (tmp_path / "traced.py").write_text(TRACED)
    ended = subprocess.run(
        [sys.executable, "traced.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.stdout.split() == ["offload", "inside", "request", "async_adapters.queue_wait"], (
        ended.stderr
    )


TRACED = """\
import asyncio
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
metrics.set_meter_provider(MeterProvider([reader]))

from _async_adapters import offload, span


def inside():
    with span("inside"):
        pass


async def main():
    with span("request"):
        await offload(inside)


asyncio.run(main())
done = {one.name.split()[0]: one for one in spans.get_finished_spans()}
assert done["inside"].parent.span_id == done["offload"].context.span_id
assert done["offload"].parent.span_id == done["request"].context.span_id
print("offload", "inside", "request")
[resource] = reader.get_metrics_data().resource_metrics
print(resource.scope_metrics[0].metrics[0].name)
"""

"""Runs the scan as a user does and reads its JSON."""

from __future__ import annotations

import json
import subprocess
import sys

from eval.locate.finding import Finding, Package

__all__ = ["scan"]


def scan(package: Package) -> list[Finding]:
    """Give the regions of a package; a scan that fails raises `RuntimeError` with its words."""
    command = [sys.executable, "-m", "refactor_agent", "scan", package.root, "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"{package.name}: {done.stderr.strip()}")
    return [
        Finding(
            region["file"],
            region["line"],
            region["rule"],
            tuple(region["chain"]),
            tuple((hop["file"], hop["line"]) for hop in region["hops"]),
        )
        for region in json.loads(done.stdout)["regions"]
    ]

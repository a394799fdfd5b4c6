"""What the agent can do."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import requests

from tool_agent.settings import Settings

Tool = Callable[[Settings, dict[str, Any]], Awaitable[str]]
TOOLS: dict[str, Tool] = {}
DESCRIPTIONS: list[dict[str, Any]] = []


def tool(description: str, **parameters: str) -> Callable[[Tool], Tool]:
    """Register a tool under its own name."""

    def register(function: Tool) -> Tool:
        name = function.__name__
        TOOLS[name] = function
        properties = {key: {"type": kind} for key, kind in parameters.items()}
        schema = {"type": "object", "properties": properties, "required": list(parameters)}
        about = {"name": name, "description": description, "parameters": schema}
        DESCRIPTIONS.append({"type": "function", "function": about})
        return function

    return register


@tool("The state of an order.", number="string")
async def order_status(settings: Settings, arguments: dict[str, Any]) -> str:
    order = fetch_order(settings, arguments["number"])
    if order is None:
        return f"There is no order {arguments['number']}."
    return f"Order {order['number']} is {order['state']}."


@tool("Cancel an order.", number="string")
async def cancel_order(settings: Settings, arguments: dict[str, Any]) -> str:
    number = arguments["number"]
    try:
        response = requests.post(
            f"{settings.shop_url}/orders/{number}/cancel", timeout=settings.tool_timeout
        )
        response.raise_for_status()
    except requests.HTTPError as error:
        return f"The shop refused: {error.response.status_code}."
    except requests.ConnectionError:
        return "The shop can't be reached."
    return f"Order {number} was cancelled."


@tool("What the team wrote down about a topic.", topic="string")
async def read_note(settings: Settings, arguments: dict[str, Any]) -> str:
    path = settings.notes_dir / f"{arguments['topic']}.txt"
    if not path.exists():
        return "Nothing was written down."
    return path.read_text(encoding="utf-8").strip()


@tool("Work out an arithmetic expression.", expression="string")
async def calculate(settings: Settings, arguments: dict[str, Any]) -> str:
    script = "import ast, sys; print(ast.literal_eval(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, arguments["expression"]],
        capture_output=True,
        text=True,
        timeout=settings.tool_timeout,
        check=False,
    )
    if done.returncode:
        return "That is no number."
    return done.stdout.strip()


def fetch_order(settings: Settings, number: str) -> dict[str, Any] | None:
    """Return an order of the shop; `None` for one that it does not know."""
    response = requests.get(f"{settings.shop_url}/orders/{number}", timeout=settings.tool_timeout)
    if response.status_code == 404:
        return None
    response.raise_for_status()
    return response.json()

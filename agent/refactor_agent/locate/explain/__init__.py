"""Says what was and was not resolved for the calls on a line, and why they are no finding."""

from refactor_agent.locate.explain.explaining import explain
from refactor_agent.locate.explain.explanation import Explanation, Question
from refactor_agent.locate.explain.page import render_explanations

__all__ = ["Explanation", "Question", "explain", "render_explanations"]

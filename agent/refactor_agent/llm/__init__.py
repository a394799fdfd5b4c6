"""The model: what it is told, how it is asked, what it may answer, and what that costs.

Importing this package does not import the client library; `open_model` does.
"""

from refactor_agent.llm.config import Limits, ModelConfig, limited, model_config
from refactor_agent.llm.connect import open_model
from refactor_agent.llm.exchange import Exchange, Message, Model, Prompt, Reply
from refactor_agent.llm.gather import Ground, conventions_of, make_request
from refactor_agent.llm.keys import read_api_key
from refactor_agent.llm.ledger import Ledger, Spent, exceeded
from refactor_agent.llm.prompts import Prompts, load_prompts
from refactor_agent.llm.propose import Policy, propose_by_model
from refactor_agent.llm.request import Conventions, ModelRequest, Offload, Round, failed_round

__all__ = [
    "Conventions",
    "Exchange",
    "Ground",
    "Ledger",
    "Limits",
    "Message",
    "Model",
    "ModelConfig",
    "ModelRequest",
    "Offload",
    "Policy",
    "Prompt",
    "Prompts",
    "Reply",
    "Round",
    "Spent",
    "conventions_of",
    "exceeded",
    "failed_round",
    "limited",
    "load_prompts",
    "make_request",
    "model_config",
    "open_model",
    "propose_by_model",
    "read_api_key",
]

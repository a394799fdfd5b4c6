"""The model: prompts, client, structured answers, limits."""

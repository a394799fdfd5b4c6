"""An agent that answers customers with the help of tools."""

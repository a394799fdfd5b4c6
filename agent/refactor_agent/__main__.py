"""Run the command line as ``python -m refactor_agent``."""

from refactor_agent.cli import main

if __name__ == "__main__":
    main()

"""Start the app or a command: `python -m playground`, and the console script."""

# Imports stay inside: the engine process imports this file again and must not load Qt.

from __future__ import annotations

import sys


def main() -> int:
    """Open the window, or do what the first word says."""
    if len(sys.argv) > 1:
        from playground.cli import main as command

        return command(sys.argv[1:])
    from playground.app import run

    return run()


if __name__ == "__main__":
    sys.exit(main())

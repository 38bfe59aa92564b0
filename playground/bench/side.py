"""One side of one benchmark, once: `python -m playground.bench.side NAME SIDE`. The harness starts it.

The engine process a side may start imports this file again, so nothing is imported until asked.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Print each sample on a line of its own."""
    from playground.bench import find
    from playground.bench.harness import write_sample

    name, side = sys.argv[1:]
    for sample in find([name])[name].run(side):
        print(write_sample(sample), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

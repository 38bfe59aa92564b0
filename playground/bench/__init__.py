"""How fast, how small: each figure measured against its rival, on the machine it runs on. Never a test.

Every file in `benchmarks/` is one benchmark. The harness imports neither torch nor Qt; the sides do.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.bench.benchmark import Benchmark


def run_benchmarks(names: Sequence[str], json_file: Path | None) -> int:
    """Measure the named benchmarks (all when none is named), print the tables, write the file.

    Return 0 when everything could be measured, 1 otherwise; a missed target is a finding, not a failure.
    Raise a UserError for an unknown name.
    """
    from playground.bench.harness import in_fresh_process, measure
    from playground.bench.machine import this_machine
    from playground.bench.table import as_json, as_text, machine_text
    from playground.core.paths import write_atomically

    chosen = find(names)
    _check_place(json_file)
    _bring_starter(chosen.values())
    machine = this_machine()
    print(machine_text(machine), end="\n\n", flush=True)
    outcomes = []
    for name, benchmark in chosen.items():
        outcomes.append(measure(name, benchmark, in_fresh_process, _say))
        print(as_text(outcomes[-1]), end="\n\n", flush=True)
        if json_file is not None:  # after each: what was measured survives a Ctrl+C
            write_atomically(json_file, json.dumps(as_json(outcomes, machine), indent=2, ensure_ascii=False) + "\n")
    return int(any(outcome.failed for outcome in outcomes))


def find(names: Sequence[str]) -> dict[str, Benchmark]:
    """Return the named benchmarks by name, or all; raise a UserError with suggestions for an unknown one."""
    from playground.bench import benchmarks
    from playground.bench.benchmark import Benchmark
    from playground.core.errors import UserError
    from playground.core.registry import scan, suggest

    known = scan(benchmarks, Benchmark)
    for name in names:
        if name not in known:
            raise UserError(f"There is no benchmark “{name}”.", suggest(name, known), "E-NAME")
    return {name: known[name]() for name in dict.fromkeys(names or sorted(known))}


def _check_place(json_file: Path | None) -> None:
    """Refuse a file that cannot be written before an hour of measuring."""
    from playground.core.errors import UserError

    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise UserError(f"There is no folder {json_file.parent}.", "Make it first.", "E-DISK")


def _bring_starter(chosen: Iterable[Benchmark]) -> None:
    """Fetch the starter model where it is needed and not here yet."""
    from playground.core.catalogue import starter_folder
    from playground.core.errors import UserError
    from playground.core.paths import Paths

    if not any(b.needs_starter for b in chosen) or starter_folder(Paths.standard()).exists():
        return
    # In a process of its own, so that none of what it imports weighs on the sides.
    done = subprocess.run(
        [sys.executable, "-m", "playground", "get", "starter"], stdout=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        raise UserError("The starter model could not be fetched.", "Try: playground get starter", "E-OFFLINE")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

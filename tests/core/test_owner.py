"""Which processes still live."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from playground.core.owner import Owner, interrupt_the_dead, is_alive
from playground.core.paths import Paths
from playground.core.store import Store

_RUNS = """
import sys
from pathlib import Path
from playground.core.owner import Owner
from playground.core.paths import Paths
from playground.core.store import Store

paths = Paths(Path(sys.argv[1]))
owner = Owner(paths.locks)
store = Store(paths.store)
store.begin_run("theirs", "jobs/reply", {}, owner.name)
store.commit()
print(owner.name, flush=True)
sys.stdin.read()
"""


def test_runs_of_a_killed_process_become_interrupted_and_those_of_the_living_go_on(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    mine, store = Owner(paths.locks), Store(paths.store)
    store.begin_run("mine", "jobs/reply", {}, mine.name)
    store.commit()
    command = [sys.executable, "-c", _RUNS, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        theirs = process.stdout.readline().strip()
        assert is_alive(paths.locks, theirs)
        assert interrupt_the_dead(store, paths.locks) == 0
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert interrupt_the_dead(store, paths.locks) == 1
    states = {run.id: run.state for run in store.runs()}
    assert states == {"mine": "running", "theirs": "interrupted"}
    assert [path.name for path in paths.locks.iterdir()] == [mine.name]  # nothing is left of the dead
    mine.close()


def test_an_owner_that_left_in_order_is_not_alive(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    assert is_alive(tmp_path, owner.name)
    owner.close()
    assert not is_alive(tmp_path, owner.name)
    assert not is_alive(tmp_path, "never")

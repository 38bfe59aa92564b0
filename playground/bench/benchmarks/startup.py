"""From nothing to a painted window.

The side starts `python -m playground` in empty folders, without a screen, and takes the time from before the
process is made until the line that the application writes at its first paint has arrived. So Python's own start,
every import and the building of the window count, reading the line too. One round before warms the disk.
The same line's neighbour tells which heavy modules the process holds: there must be none.

Learnt: a bare Qt window takes about a quarter of ours, Python alone next to nothing; what has to stay out is torch,
which alone takes longer than the whole goal. The engine must not start before the first paint.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from playground.bench.benchmark import Benchmark, Goal, Sample
from playground.bench.ground import environment, fresh_home
from playground.core.errors import UserError


@dataclass(frozen=True)
class Startup(Benchmark):
    """The window against a bare Qt window, which is what any PySide6 program needs."""

    shows: ClassVar[str] = "process start to painted window, warm disk"
    target: ClassVar[str] = "at most 0.5 s, and no torch in the window's process"
    sides: ClassVar[tuple[str, ...]] = ("playground", "bare Qt window", "bare Python")
    units: ClassVar[dict[str, str]] = {"painted": "s", "heavy modules": "modules"}
    goals: ClassVar[tuple[Goal, ...]] = (
        Goal("painted", "playground", at_most=0.5),
        Goal("heavy modules", "playground", at_most=0, worst=True),
    )
    rounds: ClassVar[int] = 9
    warm_ups: ClassVar[int] = 1
    needs_starter: ClassVar[bool] = False

    def run(self, side: str) -> Iterator[Sample]:
        """Start one process and wait for its line."""
        with fresh_home() as paths:
            begin = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, *_COMMANDS[side]],
                stderr=subprocess.PIPE,
                text=True,
                env={**environment(paths.home), "PLAYGROUND_TRACE": "quit"},
            )
            with process:
                assert process.stderr is not None
                last = ""
                for line in process.stderr:
                    last = line.strip() or last
                    if line.startswith("trace painted"):
                        yield Sample("painted", time.perf_counter() - begin)
                    elif line.startswith("trace modules"):
                        yield Sample("heavy modules", float(len(line.split()[2:])))
        if process.returncode != 0:
            raise UserError(f"The window's process ended with code {process.returncode}: {last}")


_BARE_WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel

class Window(QLabel):
    def paintEvent(self, event):
        super().paintEvent(event)
        sys.stderr.write("trace painted\\n")
        sys.stderr.flush()
        QTimer.singleShot(0, app.quit)

app = QApplication([])
window = Window("Hello")
window.resize(1440, 900)
window.show()
app.exec()
"""

_COMMANDS = {
    "playground": ["-m", "playground"],
    "bare Qt window": ["-c", _BARE_WINDOW],
    "bare Python": ["-c", "import sys; sys.stderr.write('trace painted\\n')"],
}

"""Builds the application: the only place where all parts meet."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from playground import __version__
from playground.core.logs import open_log, tail
from playground.core.owner import interrupt_the_dead
from playground.core.paths import Paths, resources
from playground.core.settings import read_settings
from playground.gui import crash
from playground.gui.client import JobClient
from playground.gui.commands import Commands
from playground.gui.desk import ModelDesk
from playground.gui.link import Kill, in_process
from playground.gui.main_window import MainWindow
from playground.gui.panel import Parts
from playground.gui.records import Records
from playground.gui.session import Session
from playground.gui.theme import Theme


@dataclass(frozen=True)
class App:
    """The assembled application. `close` ends it in order."""

    window: MainWindow
    parts: Parts

    def close(self, patient: bool = True) -> None:
        """Save what is open, end the engine, close the record."""
        self.window.save()
        self.parts.jobs.close(patient)
        self.parts.records.close()


def build(app: QApplication, paths: Paths, engine: Callable[[Connection], Kill] | None = None) -> App:
    """Put the parts together. The engine starts with the first job, or when the window has been painted."""
    settings, trouble = read_settings(paths.settings)
    theme = Theme()
    theme.prepare(app, settings.theme, settings.zoom / 100)
    session = Session(settings)
    jobs = JobClient(engine or in_process(paths), details=lambda: tail(paths.logs / "engine.log"))
    records = Records(paths.store)
    records.write(lambda store: interrupt_the_dead(store, paths.locks))
    parts = Parts(paths, session, jobs, records, Commands(), ModelDesk(jobs, session), theme)
    window = MainWindow(parts, trouble)
    theme.dress()
    return App(window, parts)


def run() -> int:
    """Open the window and stay until it is closed; return the exit code."""
    begun = time.time()
    app = QApplication(sys.argv[:1])
    app.setApplicationName("LLM Playground")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("llm-playground")
    app.setWindowIcon(QIcon(str(resources() / "icons" / "app.svg")))
    paths = Paths.standard()
    open_log(paths.logs, "window")
    made = build(app, paths)
    crash.install(made.window)
    made.window.first_paint.connect(lambda: _trace(app, begun))
    made.window.show()
    code = app.exec()
    made.close()
    return code


def _trace(app: QApplication, begun: float) -> None:
    """Tell a benchmark when the window was there and what it had imported."""
    if wish := os.environ.get("PLAYGROUND_TRACE"):
        sys.stderr.write(f"trace painted {time.time() - begun:.3f}\n")
        heavy = {"torch", "transformers", "peft", "optimum", "numpy", "pyqtgraph"} & set(sys.modules)
        sys.stderr.write(f"trace modules {' '.join(sorted(heavy))}\n")
        sys.stderr.flush()
        if wish == "quit":
            QTimer.singleShot(0, app.quit)

"""The engine's hold on a reader process: started, asked, watched and ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

import playground
from playground.core.errors import UserError

_START_SECONDS = 30.0  # on a busy computer
_LOOK_SECONDS = 0.05
_BASE_BYTES = 150_000_000  # what the process itself takes
_ANSWER_LIMIT = 400_000_000
_KEPT = ("PATH", "HOME", "TZ", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH")
_QUIET = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "RAYON_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Limits:
    """What a question may take: `seconds` until the reader gives up by itself, `bytes` of its memory."""

    seconds: float
    bytes: int
    grace: float = 0.3  # seconds more until it is ended from here


class Gone(Exception):
    """The reader process took too much or died over a question."""


class ReaderProcess:
    """A running reader process. Not for two threads at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "playground.engine.reading"],
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.end = weakref.finalize(self, _end, self._process)
        self._is_ready = False

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    @property
    def resident_bytes(self) -> int:
        return _resident_bytes(self._process)

    def ask(self, question: str, limits: Limits, **details: Any) -> dict[str, Any]:
        """Return {"answer": …} or {"error": [message, hint, code]}; raise Gone when there is neither."""
        try:
            self._wait_until_ready(limits)
            asked = {"ask": question, "seconds": limits.seconds, "bytes": limits.bytes, "with": details}
            with self._watched(limits):
                self._say(asked)
                heard: dict[str, Any] = self._heard()
        except BaseException:  # also a Ctrl+C: a late answer must not be taken for the next one's
            self.end()
            raise
        return heard

    def _wait_until_ready(self, limits: Limits) -> None:
        if self._is_ready:
            return
        try:
            with self._watched(Limits(_START_SECONDS, limits.bytes)):
                self._heard()
        except Gone:
            raise UserError(
                "The reader, a small process that opens files, does not start.",
                "Install the playground again, or look into the log.",
                "E-READER",
            ) from None
        self._is_ready = True

    def _say(self, asked: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(asked).encode("ascii") + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Gone from error

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline(_ANSWER_LIMIT)
        if not line.endswith(b"\n"):
            raise Gone
        return json.loads(line)

    @contextmanager
    def _watched(self, limits: Limits) -> Iterator[None]:
        """End the process from another thread when it takes too long or too much: then the pipe ends too."""
        done = threading.Event()
        threading.Thread(target=_watch, args=(self._process, limits, done), name="reader watch", daemon=True).start()
        try:
            yield
        finally:
            done.set()


def _watch(process: subprocess.Popen[bytes], limits: Limits, done: threading.Event) -> None:
    until = time.monotonic() + limits.seconds + limits.grace
    while not done.wait(min(_LOOK_SECONDS, max(0.0, until - time.monotonic()))):
        if time.monotonic() >= until or _resident_bytes(process) > limits.bytes + _BASE_BYTES:
            process.kill()
            return


def _resident_bytes(process: subprocess.Popen[bytes]) -> int:
    try:
        return int(psutil.Process(process.pid).memory_info().rss)
    except psutil.Error:
        return 0


def _environment() -> dict[str, str]:
    """Return what the process needs of our environment: no access tokens, and the modules that we see."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    here = str(Path(playground.__file__).parent.parent)
    return {**kept, **_QUIET, "PYTHONPATH": os.pathsep.join([here, *filter(None, sys.path)])}


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        try:
            pipe.close()
        except OSError:  # what it was never told
            continue

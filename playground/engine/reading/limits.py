"""What the reader process may not do, and how much it may take."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_FORBIDDEN = (
    *("subprocess.", "socket.", "shutil.", "urllib.", "sqlite3.", "winreg.", "_winapi.CreateP", "pty."),
    *("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.kill"),
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.ch", "os.utime"),
)
_SMALL_FILES = 64  # open at once


class TooLong(Exception):
    """What was asked for takes longer than it may."""


def lock_up() -> None:
    """From here on this process starts nothing, opens no socket and changes no file, whatever talks it into that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is for the engine, which then ends us
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_FSIZE", 0)
    _limit("RLIMIT_NOFILE", _SMALL_FILES)
    sys.addaudithook(_refuse)


@contextmanager
def limited(seconds: float, size: int) -> Iterator[None]:
    """Raise TooLong after some seconds and MemoryError beyond some bytes, where the system can do that.

    The engine's own clock and eye come on top: what hangs inside a library is ended with the process. Should the
    engine have gone, the limit on processor time ends it.
    """
    _limit("RLIMIT_DATA", size)
    _limit("RLIMIT_CPU", int(_processor_seconds() + seconds) + 2)
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _too_long)
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def _too_long(*_: object) -> None:
    raise TooLong


def _limit(name: str, value: int) -> None:
    """Set a soft limit; where the system knows none of this kind, the engine watches alone."""
    try:
        import resource

        kind = getattr(resource, name)
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if most == resource.RLIM_INFINITY else min(value, most), most))
    except (ImportError, AttributeError, ValueError, OSError):
        return


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system


def _refuse(event: str, details: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN) or (event == "open" and _is_writing(details)):
        raise PermissionError(f"the reader may not do that: {event}")


def _is_writing(details: tuple[Any, ...]) -> bool:
    flags = details[2] if len(details) > 2 else 0
    return isinstance(flags, int) and bool(flags & _WRITING)

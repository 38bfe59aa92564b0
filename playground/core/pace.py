"""How fast something goes and how long it will still take, for every progress text."""

from __future__ import annotations

import time
from collections.abc import Callable

from playground.core.events import Progress


class Pace:
    """Follows the progress of one stage of one job."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stage = ""
        self._began, self._first = 0.0, 0

    def words(self, progress: Progress) -> str:
        """Return what is done and what remains, as in "41 of 98 MB · 12 s left"."""
        now = self._clock()
        if progress.text != self._stage or progress.done < self._first:
            self._stage, self._began, self._first = progress.text, now, progress.done
        parts = [_amount(progress)]
        if left := self._left(progress, now):
            parts.append(left)
        return " · ".join(part for part in parts if part)

    def _left(self, progress: Progress, now: float) -> str:
        gone, did = now - self._began, progress.done - self._first
        if gone < 1.0 or did <= 0 or progress.total <= progress.done:
            return ""
        return f"{duration((progress.total - progress.done) * gone / did)} left"


def size(count: float) -> str:
    """Return bytes in words: 98 MB, 1.4 GB. Decimal units, as disks and downloads count them."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            value = count / scale
            return f"{value:.1f} {unit}" if unit == "GB" or value < 10 else f"{value:.0f} {unit}"
    return f"{count:.0f} B"


def duration(seconds: float) -> str:
    """Return a time in words: 12 s, 3 min 20 s, 2 h 5 min."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def count(number: int) -> str:
    """Return a large number in words: 134.5 M, 1.7 B."""
    for unit, scale in (("B", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= scale:
            return f"{number / scale:.1f} {unit}"
    return str(number)


def _amount(progress: Progress) -> str:
    if progress.total <= 0:
        return size(progress.done) if progress.unit == "bytes" else ""
    if progress.unit == "bytes":
        return f"{size(progress.done)} of {size(progress.total)}"
    if progress.unit:
        return f"{progress.done} of {progress.total} {progress.unit}"
    return f"{round(100 * progress.done / progress.total)} %"

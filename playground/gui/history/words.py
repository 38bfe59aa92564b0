"""The words of the history: states, times, speeds."""

from __future__ import annotations

import time

STATES = {
    "done": "Done",
    "stopped": "Stopped",
    "interrupted": "Interrupted",
    "failed": "Failed",
    "running": "Running",
}
"""The states of a run, and what they are called."""

_TONES = {"stopped": "", "interrupted": "warning", "failed": "error", "running": "accent"}


def state_pill(state: str, code: str = "") -> tuple[str, str]:
    """Return words and tone of the mark for a state; nothing for an answer that is simply done."""
    if state == "done":
        return "", ""
    return code or STATES.get(state, state), _TONES.get(state, "")


def moment(stamp: float, now: float | None = None) -> str:
    """Return a moment in full, as in "Today, 12:04" or "Tue 14 Nov 2023, 12:04"."""
    then, today = time.localtime(stamp), time.localtime(time.time() if now is None else now)
    clock = time.strftime("%H:%M", then)
    if then[:3] == today[:3]:
        return f"Today, {clock}"
    return f"{time.strftime('%a', then)} {then.tm_mday} {time.strftime('%b %Y', then)}, {clock}"


def begin_of_today(now: float) -> float:
    """Return the last midnight."""
    day = time.localtime(now)
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))


def days_ago(days: int, now: float) -> float:
    """Return the midnight this many days before the last one."""
    day = time.localtime(now)
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday - days, 0, 0, 0, 0, 0, -1))


def speed(tokens: int, seconds: float) -> str:
    """Return how fast tokens were read or written, as in "310 tokens in 2.1 s (148 per second)"."""
    if not tokens:
        return ""
    words = f"{tokens:,} token{'' if tokens == 1 else 's'}"
    return f"{words} in {seconds:.2f} s ({tokens / seconds:,.1f} per second)" if seconds > 0 else words

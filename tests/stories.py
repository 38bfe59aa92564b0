"""Run a story to its end, as the engine would."""

from __future__ import annotations

from typing import TypeVar

from playground.core.events import Event, Story

R = TypeVar("R")


def outcome(story: Story[R]) -> R:
    """Return what a story returns, passing over what it tells."""
    return told(story)[1]


def told(story: Story[R]) -> tuple[list[Event], R]:
    """Return the events of a story and its result."""
    events: list[Event] = []
    while True:
        try:
            event = next(story)
        except StopIteration as end:
            return events, end.value
        if event is not None:
            events.append(event)

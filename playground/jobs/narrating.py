"""A job's story from the outside: it begins with Started and ends in exactly one of Done, Cancelled or Failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground.core.events import Cancelled, Done, Event, Failed, Started
from playground.jobs.job import Job


def narrate(job: Job, workspace: Any) -> Iterator[Event | None]:
    """Tell a job's story to its end. Closing the iterator closes the job."""
    return Telling(job, workspace).events()


class Telling:
    """A story being told, which can be stopped between two events."""

    def __init__(self, job: Job, workspace: Any) -> None:
        self.job = job
        self.stopped = False
        self.workspace = workspace

    def events(self) -> Iterator[Event | None]:
        """Yield the events; None is a sign of life at which a stop is heard."""
        try:
            if self.stopped:  # before it began
                yield Cancelled()
                return
            yield Started()
            yield from self._inside()
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic in a tokenizer's Rust part is no Exception
            yield Failed.because(error)

    def _inside(self) -> Iterator[Event | None]:
        story = self.job.run(self.workspace)
        try:
            while not self.stopped:
                try:
                    event = next(story)
                except StopIteration as end:
                    yield Done(end.value)
                    return
                yield event
        finally:
            story.close()  # runs the job's own `finally` blocks
        yield Cancelled()

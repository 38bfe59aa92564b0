"""A job's story from the outside: it begins with Started and ends in exactly one of Done, Cancelled or Failed."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from playground.core.events import Cancelled, Done, Event, Failed, Started
from playground.jobs.job import Job


def narrate(job: Job, workspace: Any) -> Generator[Event | None, None, None]:
    """Tell a job's story to its end. Closing the iterator closes the job."""
    return Telling(job, workspace).events()


class Telling:
    """A story being told, which can be stopped between two events."""

    def __init__(self, job: Job, workspace: Any) -> None:
        self.job = job
        self.stopped = False
        self.workspace = workspace

    def events(self) -> Generator[Event | None, None, None]:
        """Yield the events; None is a sign of life at which a stop is heard."""
        last: Event = Cancelled()
        if not self.stopped:
            yield Started()
            try:
                last = yield from self._inside()
            except GeneratorExit:  # whoever listened has gone
                raise
            except KeyboardInterrupt:
                last = Cancelled()
            except BaseException as error:  # a panic in a tokenizer's Rust part is no Exception
                last = Failed.because(error)
        # Told out here: inside the handler the error would live on, and with it the frames that hold tensors.
        yield last

    def _inside(self) -> Generator[Event | None, None, Event]:
        story = self.job.run(self.workspace)
        try:
            while not self.stopped:
                try:
                    event = next(story)
                except StopIteration as end:
                    return Done(end.value)
                except GeneratorExit as error:  # the job's own: ours comes at the `yield` below
                    return Failed.because(error)
                yield event
        finally:
            story.close()  # runs the job's own `finally` blocks
        return Cancelled()

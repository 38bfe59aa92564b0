"""What the user can start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from playground.core.events import Story

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace

Lane = Literal["talk", "work", "glance", "errand"]


@dataclass(frozen=True)
class Job:
    """A verb: its fields are the whole input, its generator is the whole story.

    `lane` says where it runs. talk: at once, in the compute thread. work: in the visible queue, in the same
    thread, giving way to talk between its steps. glance: a quick look without torch, the newest wins.
    errand: downloads and file scans without torch, several at a time.
    """

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Working"  # what the activity bar says
    quiet: ClassVar[bool] = False  # too short to be shown there
    step_seconds: ClassVar[float] = 5.0  # how long one step may take before a sign of life is due

    def run(self, workspace: Workspace) -> Story[object]:
        """Yield events while working; return the result."""
        raise NotImplementedError


@dataclass(frozen=True)
class RecordedJob(Job):
    """A job whose words go into the store. `run_id` is chosen by whoever starts it."""

    run_id: str

    def runs(self) -> tuple[RecordedJob, ...]:
        """Return the runs it is recorded as: itself, or for a batch one for each row, in order.

        Tokens and Settled name their row; the result of a batch is a tuple with one part for each.
        """
        return (self,)

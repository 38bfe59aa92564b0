"""See what other settings would have changed in an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.core.lens import WhatIf as Changes
from playground.jobs.job import Job, Lane
from playground.jobs.looking import kept_rows_of, words_for
from playground.recipes.run_settings import RunSettings

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class WhatIf(Job):
    """Tell which tokens of a recorded answer other settings would have made impossible, and where the same luck parts.

    Nothing is computed anew: it works on the rows that were kept. `settings` need a seed. `model` is only needed by
    stages that are told words.
    """

    lane: ClassVar[Lane] = "glance"
    label: ClassVar[str] = "Trying other settings"

    of: str  # the id of the record
    settings: RunSettings
    model: str = ""

    def run(self, workspace: Workspace) -> Story[Changes]:
        from playground.engine.lens import what_if

        chain = self.settings.working()
        words = words_for(workspace, self.model, chain)
        rows = kept_rows_of(workspace, self.of)
        yield None
        return (yield from what_if(rows, chain, self.settings.seed or 0, words))

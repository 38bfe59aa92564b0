"""Answer a conversation several times at once."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.core.facts import PromptInput, ReplyInfo
from playground.jobs.answering import CACHE_MB, Question, answer
from playground.jobs.job import Lane, RecordedJob
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace

MOST = 8  # answers to one prompt that the window and the command line offer


@dataclass(frozen=True)
class Replies(RecordedJob):
    """Write several answers to one prompt: it is read once, and they are written in one batch.

    Each answer has a record of its own and its own luck, `seeds`. Tokens name their `row`; the result is a tuple
    with one part for each answer.
    """

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Replying"

    model: str
    prompt: PromptInput
    settings: RunSettings
    seeds: tuple[int, ...]
    others: tuple[str, ...]  # the records of the answers behind the first
    conversation: str = ""
    cache_mb: int = CACHE_MB

    def runs(self) -> tuple[RecordedJob, ...]:
        return tuple(
            Reply(id, self.model, self.prompt, dataclasses.replace(self.settings, seed=seed))
            for id, seed in zip((self.run_id, *self.others), self.seeds, strict=True)
        )

    def run(self, workspace: Workspace) -> Story[tuple[ReplyInfo, ...]]:
        runs = (self.run_id, *self.others)
        question = Question(self.model, self.prompt, self.settings, (), self.conversation, self.cache_mb, runs)
        return (yield from answer(workspace, question, self.seeds))


def seeds_from(first: int, count: int) -> tuple[int, ...]:
    """Return the seeds of several answers: the first one's, and the numbers after it, as far as 64 bits reach."""
    return tuple((first + number) % 2**64 for number in range(count))

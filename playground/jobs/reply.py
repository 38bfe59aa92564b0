"""Answer a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.events import Story
from playground.core.facts import PromptInput, ReplyInfo
from playground.jobs.answering import CACHE_MB, Question, answer
from playground.jobs.job import Lane, RecordedJob
from playground.recipes.run_settings import RunSettings

if TYPE_CHECKING:
    from playground.engine.workspace import Workspace


@dataclass(frozen=True)
class Reply(RecordedJob):
    """Compose the prompt, read it and write an answer, token by token.

    `reply_ids` are the tokens of an answer that is continued; they follow the prompt exactly as they are, without an
    end-of-turn token at their end. Tokens and the result hold what is newly written: neither the prompt's
    `reply_start` nor the text of `reply_ids` is repeated. What was read is kept for the next prompt of this
    `conversation`, within `cache_mb` for all of them.
    """

    lane: ClassVar[Lane] = "talk"
    label: ClassVar[str] = "Replying"

    model: str  # the path of a resident model
    prompt: PromptInput
    settings: RunSettings
    reply_ids: tuple[int, ...] = ()
    conversation: str = ""
    cache_mb: int = CACHE_MB

    def run(self, workspace: Workspace) -> Story[ReplyInfo]:
        settings = self.settings.seeded()
        about = (self.model, self.prompt, settings, self.reply_ids)
        question = Question(*about, self.conversation, self.cache_mb, (self.run_id,))
        answers = yield from answer(workspace, question, (settings.seed or 0,))
        return answers[0]

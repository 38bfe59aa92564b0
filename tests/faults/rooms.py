"""The house with the engine's host in it: jobs run in their lanes and are recorded, as behind the window."""

from __future__ import annotations

import threading
import time
from typing import Any

from playground.core.events import LAST, Done, Event, Failed, Progress, Token
from playground.core.facts import Message, PromptInput
from playground.core.store import Run, Store
from playground.jobs.host import Host
from playground.jobs.job import Job
from playground.jobs.orders import Numbered
from playground.jobs.reply import Reply
from playground.recipes.run_settings import RunSettings, full_chain
from tests.faults.house import WITHIN, House, check_banner, seen

PATIENCE = 30.0  # seconds; a test that waits for longer has failed


class Room:
    """A host whose workspace is the house's, and the record it writes."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.told: list[tuple[float, Numbered]] = []
        self._news = threading.Condition()
        self._number = 0
        self.host = Host(self._hear, house.paths, lambda _: house.workspace)

    def _hear(self, message: Numbered) -> None:
        with self._news:
            self.told.append((time.monotonic(), message))
            self._news.notify_all()

    # -- jobs ----------------------------------------------------------------------------------------------------------

    def start(self, job: Job) -> int:
        """Hand a job over and return its number."""
        self._number += 1
        self.host.submit(self._number, job)
        return self._number

    def of(self, number: int, *kinds: type[Event]) -> list[Event]:
        """Return what a job has said, of these kinds or of all."""
        with self._news:
            return [m.event for _, m in self.told if m.number == number and (not kinds or isinstance(m.event, kinds))]

    def when(self, number: int, kind: type[Event]) -> float:
        """Return when a job first said something of a kind."""
        with self._news:
            return next(moment for moment, m in self.told if m.number == number and isinstance(m.event, kind))

    def wait(self, number: int, *kinds: type[Event], count: int = 1) -> Event:
        """Wait until a job has said so much of these kinds (its last event when none is named)."""
        kinds = kinds or LAST
        with self._news:
            assert self._news.wait_for(lambda: len(self.of(number, *kinds)) >= count, PATIENCE), self.of(number)
            return self.of(number, *kinds)[count - 1]

    def run(self, job: Job) -> Event:
        return self.wait(self.start(job))

    def reply(self, id: str, text: str = "The quick brown fox", **settings: Any) -> Reply:
        """Return a job that answers this message."""
        prompt = PromptInput((Message("user", text),))
        usual: dict[str, Any] = {"max_tokens": 8, "seed": 1}
        return Reply(id, self.house.model, prompt, RunSettings(full_chain(), **{**usual, **settings}))

    def fails(self, job: Job) -> Failed:
        """Run a job that has to fail, check what holds for every fault, and return what the user is told."""
        before, begun = seen(self.house.ground), time.monotonic()
        last = self.run(job)
        assert isinstance(last, Failed), last
        assert time.monotonic() - begun <= WITHIN
        check_banner(last)
        assert seen(self.house.ground) == before
        if isinstance(job, Reply):
            run = self.recorded(job.run_id)
            assert (run.state, run.code) == ("failed", last.code)
        self.stands()
        return last

    def stands(self) -> None:
        """Check that the loaded model still answers, and that nobody asked for the network."""
        answer = self.run(self.reply("after", max_tokens=2))
        assert isinstance(answer, Done), answer
        assert self.house.connections == []
        assert not self.house.canary.exists()

    # -- the record ----------------------------------------------------------------------------------------------------

    def recorded(self, id: str) -> Run:
        """Return a run as the record has it now."""
        assert self.host._writer.flush()
        store = Store(self.house.paths.store)
        run = store.run(id)
        store.close()
        assert run is not None
        return run

    def written(self, number: int) -> str:
        """Return the text that a job has told so far."""
        return "".join(event.text for event in self.of(number, Token) if isinstance(event, Token))

    def read(self, number: int) -> int:
        """Return how many tokens of its prompt a job has told to have read."""
        return max((event.done for event in self.of(number, Progress) if isinstance(event, Progress)), default=0)

    def close(self) -> None:
        self.host.close()

"""A story from the outside: Started, what happens, and exactly one last event."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from playground.core.events import LAST, Cancelled, Done, Event, Failed, Progress, Started
from playground.jobs.job import Job
from playground.jobs.narrating import Telling, narrate
from tests.jobs.helpers import Count, FailHeavily, Heavy, Messy, Raise, Spin, Tidy, Unspeakable, gates


def stopped_after(job: Job, enough: Callable[[Event | None], bool]) -> list[Event | None]:
    telling = Telling(job, None)
    seen = []
    for event in telling.events():
        seen.append(event)
        telling.stopped = telling.stopped or enough(event)
    return seen


def test_a_story_ends_in_done() -> None:
    assert list(narrate(Count(2), None)) == [Started(), Progress(0, 2), Progress(1, 2), Done(2)]


def test_one_stopped_before_it_began_says_only_that() -> None:
    telling = Telling(Count(2), None)
    telling.stopped = True
    assert list(telling.events()) == [Cancelled()]


def test_a_stopped_one_tidies_up_and_ends_in_cancelled(tmp_path) -> None:  # type: ignore[no-untyped-def]
    seen = stopped_after(Tidy(str(tmp_path / "x")), lambda event: isinstance(event, Progress))
    assert seen == [Started(), Progress(0, 0), Cancelled()]
    assert (tmp_path / "x").read_text() == "tidied"


def test_a_stop_after_the_last_step_still_ends_once() -> None:
    seen = stopped_after(Count(1), lambda event: isinstance(event, Done))
    assert seen == [Started(), Progress(0, 1), Done(1)]


@pytest.mark.parametrize(
    ("how", "code"), [("memory", "E-OOM"), ("panic", "E-UNKNOWN"), ("exit", "E-UNKNOWN"), ("close", "E-UNKNOWN")]
)
def test_every_kind_of_failure_is_told_politely(how: str, code: str) -> None:
    *_, last = narrate(Raise(how), None)
    assert isinstance(last, Failed)
    assert last.code == code
    assert "helpers.py" in last.details


def test_an_interrupt_from_the_keyboard_is_a_stop() -> None:
    assert [*narrate(Raise("interrupt"), None)][-1] == Cancelled()


def test_failing_while_tidying_up_is_a_failure_told_once() -> None:
    seen = stopped_after(Messy(), lambda event: isinstance(event, Progress))
    assert [type(event) for event in seen if isinstance(event, LAST)] == [Failed]


def test_closing_the_listener_closes_the_job() -> None:
    gates["tidied by closing"].clear()
    story = narrate(Spin("never opened", tidied="tidied by closing"), None)
    next(story)
    next(story)
    story.close()
    assert gates["tidied by closing"].is_set()


def test_a_job_that_tells_no_story_fails_in_words() -> None:
    class Mute(Job):
        def run(self, workspace: object):  # type: ignore[no-untyped-def]
            return 5

    *_, last = narrate(Mute(), None)
    assert isinstance(last, Failed)


def test_a_failure_lets_go_of_what_was_heavy_before_it_is_told() -> None:
    story = narrate(FailHeavily(), None)
    for event in story:
        if isinstance(event, Failed):
            assert not Heavy.alive
            return
    raise AssertionError


def test_results_are_handed_on_as_they_are() -> None:
    *_, last = narrate(Unspeakable(result=True), None)
    assert isinstance(last, Done)
    assert isinstance(last.result, type(threading.Lock()))

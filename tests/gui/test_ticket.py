"""A submitted job, as the GUI sees it."""

from __future__ import annotations

from playground.core.events import Cancelled, Done, Event, Failed, Note, Progress
from playground.gui.ticket import Ticket
from tests.jobs.helpers import Count


def test_each_slot_hears_its_kind_in_order_and_some_hear_all() -> None:
    heard: list[object] = []
    ticket = Ticket(1, Count())
    ticket.on(Progress, lambda event: heard.append(("first", event))).on(Progress, lambda event: heard.append(event))
    ticket.on(Event, lambda event: heard.append(("all", event)))
    ticket.tell(Progress(0, 1))
    ticket.tell(Note("x"))
    assert heard == [("first", Progress(0, 1)), Progress(0, 1), ("all", Progress(0, 1)), ("all", Note("x"))]


def test_after_its_last_event_it_is_silent() -> None:
    heard: list[Event] = []
    ticket = Ticket(1, Count()).on(Event, heard.append)
    assert not ticket.ended
    for event in (Done(1), Done(2), Cancelled(), Note("late")):
        ticket.tell(event)
    assert ticket.ended
    assert heard == [Done(1)]


def test_the_end_is_heard_whichever_it_is() -> None:
    ends: list[str] = []
    for event in (Done(), Cancelled(), Failed("No.")):
        Ticket(1, Count()).on_end(lambda: ends.append("end")).tell(event)
    assert ends == ["end"] * 3


def test_it_knows_whether_anybody_listens_to_its_failure() -> None:
    assert not Ticket(1, Count()).is_handled
    assert Ticket(1, Count()).on(Failed, lambda _: None).is_handled

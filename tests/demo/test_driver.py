"""Running tours and telling them."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.demo import driver
from playground.demo.driver import all_tours, drive
from playground.demo.stage import Picture
from playground.demo.tour import Tour


class Short(Tour):
    """Show <one> thing & another.

    More is not told.
    """

    title = "A short tour"
    place = 1


def test_tours_are_found_in_their_order() -> None:
    tours = all_tours()
    places = [tour.place for tour in tours.values()]
    assert places == sorted(places)
    assert next(iter(tours)) == "first_reply"
    assert all(tour.title and tour.__doc__ for tour in tours.values())


def test_an_unknown_tour_is_answered_with_suggestions(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="frist_reply") as caught:
        drive(["frist_reply"], tmp_path, "light", "1280x720", short=True)
    assert "first_reply" in caught.value.hint


@pytest.mark.parametrize("size", ["", "1280", "1280x", "12x7", "1280X720", "99999x99999", "1280x720 "])
def test_a_size_that_is_none_is_refused(tmp_path: Path, size: str) -> None:
    with pytest.raises(UserError, match="size"):
        drive(["models"], tmp_path, "light", size, short=True)


def test_both_pages_tell_every_step_with_its_picture(tmp_path: Path) -> None:
    pictures = [Picture("a.png", 'First "step" <b>.'), Picture("b.png", "Second step.")]
    driver._tell(tmp_path / "out", [(Short, pictures)], "dark")
    page, text = ((tmp_path / "out" / name).read_text(encoding="utf-8") for name in ("index.html", "index.md"))
    assert 'src="a.png"' in page
    assert "1. First &quot;step&quot; &lt;b&gt;." in page
    assert "Show &lt;one&gt; thing &amp; another." in page
    assert "More is not told" not in page + text
    assert "#17171a" in page
    assert "## A short tour" in text
    assert "2. Second step.\n\n   ![Second step.](b.png)" in text

"""One log file per process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.core.logs import open_log, tail


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_what_is_logged_is_at_the_end_of_the_file(tmp_path: Path) -> None:
    path = open_log(tmp_path, "engine")
    logging.getLogger("playground.x").info("Größe %d", 7)
    assert tail(path).endswith("INFO playground.x: Größe 7")


def test_the_tail_is_short_however_long_the_log(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"\xff line\n" * 100_000 + b"last")
    assert len(tail(path, 10).splitlines()) == 10
    assert tail(path).endswith("last")


def test_without_a_log_there_is_no_tail(tmp_path: Path) -> None:
    assert tail(tmp_path / "none.log") == ""

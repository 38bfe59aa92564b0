from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.core.paths import Paths
from playground.engine.workspace import Workspace
from playground.jobs.load import Load
from playground.jobs.token_texts import TokenTexts
from tests.stories import outcome
from tests.toys import END, toy


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(Paths(tmp_path / "home"))
    toy("llama", tmp_path / "toy")
    outcome(Load(str(tmp_path / "toy"), dtype="float32", threads=1).run(made))
    return made


def texts(workspace: Workspace, ids: tuple[int, ...]) -> tuple[str, ...]:
    return outcome(TokenTexts(next(iter(workspace.models)), ids).run(workspace))


def ids_of(workspace: Workspace, text: str) -> tuple[int, ...]:
    tokenizer = next(iter(workspace.models.values())).tokenizer
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def test_texts_keep_their_spaces_and_come_in_order(workspace: Workspace) -> None:
    ids = ids_of(workspace, "the quick\n\tfox")
    assert "".join(texts(workspace, ids)) == "the quick\n\tfox"
    assert texts(workspace, ids[::-1]) == texts(workspace, ids)[::-1]


def test_half_a_character_shows_its_bytes(workspace: Workspace) -> None:
    assert "".join(texts(workspace, ids_of(workspace, "✜"))) == "⟨E2⟩⟨9C⟩⟨9C⟩"


def test_the_end_of_turn_shows_its_own_name(workspace: Workspace) -> None:
    (end,) = ids_of(workspace, END)
    assert texts(workspace, (end,)) == (END,)


@pytest.mark.parametrize("id", [-1, 10**6, 2**31, 2**40])
def test_an_id_that_is_none_has_no_text(workspace: Workspace, id: int) -> None:
    assert texts(workspace, (id,)) == ("",)


def test_a_model_that_is_not_loaded_is_named_as_the_reason(workspace: Workspace) -> None:
    with pytest.raises(UserError) as caught:
        outcome(TokenTexts("elsewhere", (1,)).run(workspace))
    assert caught.value.code == "E-NO-MODEL"

"""A conversation as a tree."""

from __future__ import annotations

from playground.core.conversation import Conversation, Turn, copied, new_turn, title_from


def tree(*edges: tuple[str, str, str]) -> Conversation:
    """Build a conversation from (id, parent, role)."""
    talk = Conversation("talk", title="A talk")
    for id, parent, role in edges:
        talk = talk.with_turn(Turn(id, parent, role, id))
    return talk


def ids(talk: Conversation) -> list[str]:
    return [turn.id for turn in talk.path()]


FORKED = (("u1", "", "user"), ("a1", "u1", "assistant"), ("u2", "a1", "user"), ("a2", "u2", "assistant"))


def test_the_path_leads_from_the_beginning_to_the_newest_turn() -> None:
    assert ids(tree(*FORKED)) == ["u1", "a1", "u2", "a2"]


def test_a_regenerated_answer_keeps_its_sibling() -> None:
    talk = tree(*FORKED, ("a2b", "u2", "assistant"))
    assert ids(talk) == ["u1", "a1", "u2", "a2b"]
    assert [t.id for t in talk.versions("a2b")] == ["a2", "a2b"]
    assert ids(talk.showing("a2")) == ["u1", "a1", "u2", "a2"]


def test_an_edited_message_opens_a_branch_and_the_old_one_is_whole() -> None:
    talk = tree(*FORKED, ("u1b", "", "user"))
    assert ids(talk) == ["u1b"]
    assert ids(talk.showing("u1")) == ["u1", "a1", "u2", "a2"]


def test_showing_an_old_version_leads_to_its_newest_end() -> None:
    talk = tree(*FORKED, ("a1b", "u1", "assistant"), ("u3", "a1b", "user"), ("u3b", "a1b", "user"))
    assert ids(talk.showing("a1b")) == ["u1", "a1b", "u3b"]


def test_deleting_shows_the_nearest_version_or_ends_at_the_parent() -> None:
    talk = tree(*FORKED, ("a2b", "u2", "assistant"))
    once = talk.without("a2b")
    assert ids(once) == ["u1", "a1", "u2", "a2"]
    assert [t.id for t in once.versions("a2")] == ["a2"]
    assert ids(once.without("a2")) == ["u1", "a1", "u2"]
    assert "a2b" in once  # nothing is thrown away


def test_deleting_what_is_not_on_screen_changes_nothing_on_screen() -> None:
    talk = tree(*FORKED, ("a2b", "u2", "assistant"))
    assert ids(talk.without("a2")) == ids(talk)


def test_a_deleted_branch_is_not_walked_into() -> None:
    talk = tree(*FORKED, ("u2b", "a1", "user")).without("u2b")
    assert ids(talk.showing("u1")) == ["u1", "a1", "u2", "a2"]


def test_changing_returns_another_one() -> None:
    talk = tree(*FORKED)
    changed = talk.with_turn(Turn("u2", "a1", "user", "other"))
    assert talk.turn("u2").text == "u2"
    assert changed.turn("u2").text == "other"
    assert ids(changed) == ids(talk)


def test_a_copy_has_ids_of_its_own_and_the_same_words() -> None:
    talk = tree(*FORKED, ("a2b", "u2", "assistant"))
    whole = copied(talk)
    assert [t.text for t in whole.turns] == [t.text for t in talk.turns]
    assert [t.text for t in whole.path()] == ids(talk)
    assert not {t.id for t in whole.turns} & {t.id for t in talk.turns}
    assert whole.id != talk.id


def test_a_branch_copies_the_path_up_to_a_turn_only() -> None:
    branch = copied(tree(*FORKED), "u2")
    assert [t.text for t in branch.turns] == ["u1", "a1", "u2"]
    assert [t.text for t in branch.path()] == ["u1", "a1", "u2"]


def test_a_very_long_conversation_is_walked_without_recursion() -> None:
    edges = [(f"t{i}", f"t{i - 1}" if i else "", "user" if i % 2 == 0 else "assistant") for i in range(3000)]
    turns = tuple(Turn(id, parent, role, id) for id, parent, role in edges)
    talk = Conversation("long", turns=turns, leaf="t2999")
    assert len(talk.showing("t0").path()) == 3000


def test_titles_are_one_short_line() -> None:
    assert title_from("  Why is\nthe sky blue? ") == "Why is the sky blue?"
    assert len(title_from("word " * 100)) <= 48
    assert title_from("word " * 100).endswith("…")


def test_new_turns_are_told_apart() -> None:
    assert new_turn("", "user", "x").id != new_turn("", "user", "x").id

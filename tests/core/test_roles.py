"""The library of roles."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.core.paths import Paths
from playground.core.roles import Role, delete_role, file_name, find_role, read_role, roles, save_role


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def test_ours_are_there_and_complete(paths: Paths) -> None:
    ours = roles(paths)
    assert len(ours) >= 3
    assert all(role.ours and role.name and role.system and role.description for role in ours)
    assert len({role.name for role in ours}) == len(ours)


def test_the_users_own_come_after_and_go_again(paths: Paths) -> None:
    save_role(paths, Role("Käpt'n", "You are a captain."))
    assert roles(paths)[-1] == Role("Käpt'n", "You are a captain.")
    delete_role(paths, "Käpt'n")
    assert all(role.ours for role in roles(paths))


def test_a_name_is_found_in_any_case_or_answered_with_suggestions(paths: Paths) -> None:
    name = roles(paths)[0].name
    assert find_role(paths, name.upper()).name == name
    with pytest.raises(UserError) as caught:
        find_role(paths, name[:-1])
    assert name in caught.value.hint
    assert caught.value.code == "E-ROLE"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"name": "x"}', b'{"name": 3, "system": "y"}', b'{"name": "", "system": "y"}', b"\xff"]
)
def test_a_bad_file_is_refused_and_left_out_of_the_list(paths: Paths, content: bytes) -> None:
    file = paths.roles / "bad.json"
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"bad\.json"):
        read_role(file)
    assert all(role.ours for role in roles(paths))


def test_a_huge_file_is_refused_unread(paths: Paths) -> None:
    file = paths.roles / "huge.json"
    file.write_bytes(b" " * 1_000_001)
    with pytest.raises(UserError, match="too large"):
        read_role(file)


@pytest.mark.parametrize("name", ["../../x", "a/b\\c:d", "CON", "nul", "x" * 300, "🙂", "   ", "..", "a\x00b"])
def test_every_name_gets_a_file_in_the_folder(paths: Paths, name: str) -> None:
    stem = file_name(name)
    assert 0 < len(stem) <= 81
    if name.strip():
        assert save_role(paths, Role(name, "x")).parent == paths.roles
        assert [role.name for role in roles(paths) if not role.ours] == [name]


def test_an_empty_role_is_refused(paths: Paths) -> None:
    with pytest.raises(UserError, match="needs a name"):
        save_role(paths, Role("  ", "x"))

"""Names no file system likes, files that are in the way: cleaned up or refused in words, and the original stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QPixmap
from pytestqt.qtbot import QtBot

from playground.cli import main
from playground.core.errors import UserError
from playground.core.events import Done, Note
from playground.core.facts import Message, PromptInput
from playground.core.paths import Paths, write_atomically
from playground.core.roles import Role, delete_role, file_name, roles, save_role
from playground.jobs.describe import Describe
from playground.jobs.list_models import ListModels
from playground.jobs.load import Load
from playground.jobs.reply import Reply
from playground.printing import print_text
from playground.recipes.presets import Preset, delete_preset, export_preset, presets, save_preset
from playground.recipes.run_settings import RunSettings, full_chain
from tests.faults.house import House, last_of, seen
from tests.faults.odd import ODD
from tests.gui.desktop import running
from tests.jobs.helpers import token
from tests.toys import toy

NAMES = (
    "a/b", "a\\b", "a:b", "a*b?", "../../up", "/etc/passwd", "C:\\Windows", ".", "..", "...", ".hidden", "~", "-rf",
    "CON", "con", "nul.txt", "COM1", "LPT9", "aux.", "trailing ", " leading", "tab\there", "line\nbreak", "nul\x00byte",
    "x" * 300, "中" * 300, "𝔘" * 300, "é" * 300, "🙂", "👩‍👩‍👧‍👦 family", "\u202egnp.exe", "a\ud800b", "%s {0} $HOME",
    "<b>", "&amp;", '"quoted"',
)  # fmt: skip
"""What somebody may type as a name."""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


def check_file(file: Path, folder: Path) -> None:
    """Check that every system takes this file, and that it lies where it belongs."""
    assert file.is_file()
    assert file.resolve().parent == folder.resolve()
    assert len(file.name.encode()) <= 255 - len(f"..{os.getpid()}.tmp")  # it is written beside itself first
    assert not set(file.name) & set('/\\:*?"<>|\x00\n\t')
    assert not file.name.startswith((".", " ", "~"))


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_a_name_becomes_a_file_name_everywhere(name: str) -> None:
    made = file_name(name)
    assert made
    assert made == file_name(name)
    assert len(made.encode("utf-8", "replace")) <= 200
    assert not set(made) & set('/\\:*?"<>|\x00\n\t')
    assert made.strip(" .") == made
    assert made.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_a_role_of_any_name_is_kept_and_found_and_deleted(paths: Paths, tmp_path: Path, name: str) -> None:
    usual = len(roles(paths))
    before = seen(tmp_path.parent)
    check_file(save_role(paths, Role(name, "Be odd.")), paths.roles)
    assert [role.system for role in roles(paths)[usual:]] == ["Be odd."]
    save_role(paths, Role(name, "Be even."))
    found = roles(paths)[usual:]
    assert [role.system for role in found] == ["Be even."]
    delete_role(paths, found[0].name)
    assert len(roles(paths)) == usual
    assert set(seen(tmp_path.parent)) - set(before) <= {str(p) for p in (paths.home, paths.roles)}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_a_preset_of_any_name_is_kept_and_found_and_deleted(paths: Paths, name: str) -> None:
    usual = len(presets(paths))
    check_file(save_preset(paths, Preset(name, (("top_k.top_k", 7),))), paths.presets)
    save_preset(paths, Preset(name, (("top_k.top_k", 9),)))
    found = presets(paths)[usual:]
    assert [preset.values for preset in found] == [(("top_k.top_k", 9),)]
    delete_preset(paths, found[0].name)
    assert len(presets(paths)) == usual


def test_names_that_look_alike_to_the_file_system_are_kept_apart(paths: Paths) -> None:
    usual = len(roles(paths))
    for name in ("a/b", "a:b", "a*b"):
        save_role(paths, Role(name, f"I am {name}."))
        save_preset(paths, Preset(name))
    assert sorted(role.system for role in roles(paths)[usual:]) == ["I am a*b.", "I am a/b.", "I am a:b."]
    delete_role(paths, "a:b")
    assert sorted(role.name for role in roles(paths)[usual:]) == ["a*b", "a/b"]
    assert sorted(p.name for p in presets(paths) if not p.ours) == ["a*b", "a/b", "a:b"]


def test_an_empty_name_is_refused(paths: Paths) -> None:
    for save in (lambda: save_role(paths, Role(" \n", "x")), lambda: save_preset(paths, Preset(" \t"))):
        with pytest.raises(UserError, match="needs a name"):
            save()


# -- files in the way --------------------------------------------------------------------------------------------------


def full_disk(patch: pytest.MonkeyPatch) -> None:
    """Let every file take half of what is written and then no more."""
    write = Path.write_text

    def half(self: Path, text: str, **options: str) -> int:
        write(self, text[: len(text) // 2], encoding="utf-8")
        raise OSError(28, "No space left on device")

    patch.setattr(Path, "write_text", half)


def forbidden(patch: pytest.MonkeyPatch) -> None:
    """Let no file be written."""

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    patch.setattr(Path, "write_text", refuse)


def gone_at_the_end(patch: pytest.MonkeyPatch) -> None:
    """Let the last step fail: another program holds the file."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "The process cannot access the file")

    patch.setattr(os, "replace", refuse)


TROUBLES = (full_disk, forbidden, gone_at_the_end)
Trouble = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_whatever_goes_wrong_the_old_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    file = tmp_path / "old.txt"
    file.write_text("old")
    with monkeypatch.context() as patch:
        trouble(patch)
        with pytest.raises(OSError, match=r"No space|denied|access"):
            write_atomically(file, "new and longer")
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["old.txt"]


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("kind", ["md", "json"])
def test_an_export_that_fails_says_so_and_leaves_the_old_file(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Trouble, kind: str
) -> None:
    file = tmp_path / f"chat.{kind}"
    file.write_text("old")
    with running(qtbot) as desktop:
        desktop.load()
        desktop.exchange("Hi", "Hello")
        with monkeypatch.context() as patch:
            trouble(patch)
            desktop.chat.library.export_to(desktop.talk.id, file, kind == "json")
        assert desktop.window.banner.text().startswith(f"E-FILE {file.name} cannot be written")
        assert file.read_text() == "old"
        assert desktop.toasts() == []
        desktop.chat.library.export_to(desktop.talk.id, file, kind == "json")
        assert "Hello" in file.read_text()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [file.name]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_roles_and_presets_that_cannot_be_written_say_so_and_stay(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    paths = Paths.standard()
    save_role(paths, Role("Mine", "old"))
    save_preset(paths, Preset("Mine", (("top_k.top_k", 7),)))
    with running(qtbot) as desktop, monkeypatch.context() as patch:
        trouble(patch)
        desktop.chat.side.prompt.system.set_text("new")
        desktop.chat.side.prompt._try(desktop.chat.side.prompt.save_role, "Mine")
        assert "E-ROLE" in desktop.window.banner.text()
        desktop.chat.side.run._try(desktop.chat.side.run.save_preset, "Mine")
        assert "E-PRESET" in desktop.window.banner.text()
        patch.undo()
    assert [role.system for role in roles(paths) if not role.ours] == ["old"]
    assert [preset.values for preset in presets(paths) if not preset.ours] == [(("top_k.top_k", 7),)]


def test_exporting_a_preset_onto_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        export_preset(Preset("x"), tmp_path)
    assert caught.value.code == "E-PRESET"
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_cannot_be_written_leaves_the_old_one(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "window.png"
    with running(qtbot) as desktop:
        desktop.window.save_picture(file)
        old = file.read_bytes()
        assert old.startswith(b"\x89PNG")
        desktop.window.save_picture(tmp_path / "none" / "window.png")
        assert "E-FILE" in desktop.window.banner.text()
        desktop.window.save_picture(tmp_path)
        assert "E-FILE" in desktop.window.banner.text()
        with monkeypatch.context() as patch:
            patch.setattr(QPixmap, "save", lambda self, device, kind: device.write(b"half") < 0)
            desktop.window.save_picture(file)
        assert "E-FILE" in desktop.window.banner.text()
    assert file.read_bytes() == old
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["window.png"]


# -- models ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mödel 🙂 [1] 'x' & y", "-rf", "%s{0}", "CON", "x" * 200])
def test_a_model_in_a_folder_of_any_name_answers(house: House, name: str) -> None:
    folder = toy("llama", house.ground / name)
    loaded = last_of(Load(str(folder), dtype="float32"), house.workspace)
    assert isinstance(loaded, Done), loaded
    assert name[:10] in loaded.result.model.name  # type: ignore[attr-defined]
    prompt = PromptInput((Message("user", "Hi"),))
    answer = last_of(Reply("r", str(folder), prompt, RunSettings(full_chain(), max_tokens=2)), house.workspace)
    assert isinstance(answer, Done), answer
    found = last_of(ListModels(str(house.ground)), house.workspace)
    assert isinstance(found, Done), found
    assert [info.path for info in found.result] == [str(folder)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path", ["", "\x00", "a\x00b", "x" * 5000, "/" + "y/" * 3000, "\ud800", "~", "http://127.0.0.1:9/x"]
)
@pytest.mark.parametrize("kind", [Load, Describe])
def test_a_path_that_is_none_is_refused_in_words(house: House, kind: type[Load] | type[Describe], path: str) -> None:
    told = house.fails(kind(path))
    assert told.code.startswith("E-MODEL") or told.code == "E-PATH"


@pytest.mark.parametrize("folder", ["\x00", "x" * 5000, "\ud800", "/dev/null", "~"])
def test_a_models_folder_that_is_none_hides_no_other_model(house: House, folder: str) -> None:
    found = last_of(ListModels(folder), house.workspace)
    assert isinstance(found, Done), found
    assert found.result == ()


def test_a_chat_of_any_name_is_exported_under_a_clean_one(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []

    def ask(parent: object, title: str, name: str, kinds: str) -> tuple[str, str]:
        offered.append(name)
        return str(tmp_path / name), "JSON (*.json)"

    monkeypatch.setattr("playground.gui.chat.library.QFileDialog.getSaveFileName", ask)
    with running(qtbot) as desktop:
        desktop.load()
        desktop.exchange("Hi", "Hello")
        for name in NAMES:
            desktop.chat.talk.rename(desktop.talk.id, name)
            desktop.settle()
            desktop.run("chat.export")
            check_file(tmp_path / offered[-1], tmp_path)
            assert not desktop.window.banner.isVisible(), name
            (tmp_path / offered[-1]).unlink()


@pytest.mark.parametrize("name", ["no such.json", "x" * 300, "a\x00b", "\ud800", "."])
def test_a_job_file_of_any_name_is_named_in_the_refusal(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", name]) == 1
    told = capsys.readouterr().err
    assert "E-JSON" in told
    assert "Traceback" not in told


def test_a_terminal_that_lacks_the_characters_of_a_name_costs_no_answer(tmp_path: Path) -> None:
    folder = toy("llama", tmp_path / "mödel 🙂")
    job = tmp_path / "job.json"
    job.write_text(json.dumps({"kind": "jobs/describe", "path": str(folder)}))
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "playground", "run", str(job)], capture_output=True, env=env, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"m?del ?" in done.stdout


def test_a_terminal_does_not_obey_what_a_model_writes(capsys: pytest.CaptureFixture[str]) -> None:
    print_text(token(0, ODD["ANSI"]))
    print_text(Note("\x1b[2J"))
    told = capsys.readouterr()
    assert "red" in told.out
    assert "\x1b" not in told.out + told.err
    assert "\x07" not in told.out + told.err

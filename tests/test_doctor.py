"""The doctor names what is missing, and tells no secrets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from playground import doctor
from playground.core.paths import Paths

Answer = tuple[int, str, str]


@pytest.fixture
def sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which everything is there; each test takes one thing away."""
    monkeypatch.setattr(doctor, "can_open", lambda file: True)
    monkeypatch.setattr(doctor, "_probe", _answers())
    monkeypatch.setattr(doctor, "package_versions", lambda: (("torch", "2.13.0"), ("numpy", "2.4.0")))
    monkeypatch.setattr(doctor, "requires", lambda name: [])
    monkeypatch.setattr(doctor.shutil, "which", lambda program: "/usr/bin/apt-get" if program == "apt-get" else None)
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


def _answers(torch: Answer | None = None, qt: Answer | None = None) -> Callable[..., Answer]:
    def probe(code: str, **variables: str) -> Answer:
        if "torch" in code:
            return torch or (0, '["CPU", "cpu", 2]\n', "")
        return qt or (0, "6.11.0 offscreen\n", "")

    return probe


@pytest.mark.usefixtures("sound")
def test_a_sound_machine_is_healthy(tmp_path: Path) -> None:
    text, healthy = doctor.report(Paths(tmp_path))
    assert healthy
    assert "2.13.0" in text
    assert "CPU (cpu), 2 threads" in text
    assert "Nothing is missing." in text


@pytest.mark.usefixtures("sound")
def test_a_missing_library_is_named_with_both_packages_and_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = ("libEGL.so.1", "libxcb-cursor.so.0")
    monkeypatch.setattr(doctor, "can_open", lambda file: file not in gone)
    monkeypatch.setattr(doctor.os, "geteuid", lambda: 1000, raising=False)
    text, healthy = doctor.report(Paths(tmp_path))
    assert not healthy
    assert "Debian: libegl1, Fedora: libglvnd-egl" in text
    assert "Debian: libxcb-cursor0, Fedora: xcb-util-cursor" in text
    assert text.count("sudo apt-get install -y libegl1 libxcb-cursor0") == 1


@pytest.mark.usefixtures("sound")
def test_libraries_of_a_display_are_not_asked_for_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setattr(doctor, "can_open", lambda file: "xcb" not in file)
    text, healthy = doctor.report(Paths(tmp_path))
    assert healthy
    assert "work without one" in text


@pytest.mark.usefixtures("sound")
def test_a_torch_that_crashes_is_reported_not_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash = (-4, "", "Traceback …\nImportError: libtorch_cpu.so: bad ELF\n")
    monkeypatch.setattr(doctor, "_probe", _answers(torch=crash))
    text, healthy = doctor.report(Paths(tmp_path))
    assert not healthy
    assert "libtorch_cpu.so: bad ELF" in text
    assert 'python -m pip install "torch" --force-reinstall' in text


@pytest.mark.usefixtures("sound")
def test_a_qt_that_does_not_start_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_probe", _answers(qt=(-6, "", "could not connect to display :7\n")))
    text, healthy = doctor.report(Paths(tmp_path))
    assert not healthy
    assert "could not connect to display" in text


@pytest.mark.usefixtures("sound")
def test_a_version_out_of_range_is_reported_with_the_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "requires", lambda name: ["torch>=2.10,<2.13", "numpy>=2", "mypy; extra == 'test'"])
    monkeypatch.setattr(doctor, "version", lambda name: {"torch": "2.13.0", "numpy": "2.4.0"}[name])
    text, healthy = doctor.report(Paths(tmp_path))
    assert not healthy
    assert '"torch<2.13,>=2.10"' in text
    assert '"numpy' not in text
    assert "mypy" not in text


@pytest.mark.usefixtures("sound")
def test_a_missing_package_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "package_versions", lambda: (("peft", ""),))
    text, healthy = doctor.report(Paths(tmp_path))
    assert not healthy
    assert 'python -m pip install "peft"' in text


@pytest.mark.usefixtures("sound")
def test_neither_home_nor_secrets_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:hunter2@proxy.example:3128")
    monkeypatch.setenv("HF_TOKEN", "hf_verysecret")
    monkeypatch.setattr(doctor, "_probe", _answers(torch=(1, "", f"OSError: {tmp_path}/venv/libtorch.so\n")))
    text, _ = doctor.report(Paths(tmp_path / "data"))
    assert "~/data" in text
    assert "~/venv/libtorch.so" in text
    assert not any(secret in text for secret in (str(tmp_path), "hunter2", "ada", "proxy.example", "hf_verysecret"))


@pytest.mark.usefixtures("sound")
def test_sizes_of_models_and_record_are_told(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    (paths.models / "one").mkdir()
    (paths.models / "one" / "model.safetensors").write_bytes(bytes(5_000_000))
    text, _ = doctor.report(paths)
    assert doctor.folder_bytes(paths.models) == 5_000_000
    assert "5.0 MB in 1 entry" in text


def test_unknown_package_managers_get_both_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda program: None)
    command = doctor.install_command(doctor.WINDOW[:1])
    assert "libegl1" in command
    assert "libglvnd-egl" in command


@pytest.mark.skipif(sys.platform != "linux", reason="asks the loader of Linux")
def test_the_loader_is_really_asked() -> None:
    assert doctor.can_open("libc.so.6")
    assert not doctor.can_open("libnosuchthing.so.99")


def test_a_probe_that_hangs_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PROBE_SECONDS", 0.05)
    code, _, err = doctor._probe("while True: pass")
    assert code != 0
    assert "no answer" in err

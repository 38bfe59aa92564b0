"""The process that downloads one model from the Hub: python -m playground.engine.hub_child REPO REVISION FOLDER FILES

A process of its own, because the Hub's client cannot be interrupted. It says what it is about to fetch in
plan.json and what went wrong in problem.json. A token is taken from where the client keeps it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from playground.core.errors import UserError, explain
from playground.core.paths import write_atomically
from playground.engine.fetching import PLAN, PROBLEM, bad_proxy

_GLANCE = 1.0  # seconds between two looks at the engine
_TEXTS = ("tokenizer.model", "merges.txt", "vocab.txt", "README.md")


def main() -> int:
    repo, revision, folder, files = sys.argv[1:]
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # it would fetch beside the folder whose growth we show
    threading.Thread(target=_leave_with, args=(psutil.Process().parent(),), daemon=True).start()
    try:
        _download(repo, revision, Path(folder), Path(files))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent process has to explain it
        words = _words(error)
        problem = {"message": words.message, "hint": words.hint, "code": words.code}
        write_atomically(Path(folder) / PROBLEM, json.dumps(problem))
        return 1
    return 0


def _leave_with(parent: psutil.Process | None) -> None:
    """End with the engine, however it ends: nobody is left to take the files."""
    while parent is not None and parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
        time.sleep(_GLANCE)
    os._exit(1)


def _download(repo: str, revision: str, folder: Path, files: Path) -> None:
    from huggingface_hub import HfApi, snapshot_download

    info = HfApi().model_info(repo, revision=revision, files_metadata=True)
    wanted = wanted_files([(file.rfilename, file.size or 0) for file in info.siblings or ()])
    total = sum(wanted.values())
    if total > shutil.disk_usage(folder).free:
        raise UserError(f"The download needs {total / 1e9:.1f} GB on the disk.", "Make room and try again.", "E-DISK")
    write_atomically(folder / PLAN, json.dumps({"bytes": total}))
    snapshot_download(repo, revision=info.sha or revision, local_dir=files, allow_patterns=list(wanted))


def wanted_files(offered: list[tuple[str, int]]) -> dict[str, int]:
    """Return the names and sizes to fetch: weights, configs and tokenizer of the top folder, never code or pickles."""
    wanted = {name: size for name, size in offered if _is_wanted(name)}
    if not any(name.endswith(".safetensors") for name in wanted):
        pickled = any(name.endswith((".bin", ".pt", ".pth")) for name, _ in offered)
        if pickled:
            raise UserError(
                "This model's weights are a pickle, which can run code when it is opened.",
                "Look for the same model with safetensors files.",
                "E-PICKLE-REFUSED",
            )
        raise UserError("This repository holds no safetensors weights.", "Look for another one.", "E-MODEL-NOTFOUND")
    return wanted


def _is_wanted(name: str) -> bool:
    if "/" in name or name.startswith((".", "consolidated", "adapter_")):
        return False
    return name.endswith((".safetensors", ".json", ".jinja")) or name in _TEXTS or name.startswith("LICENSE")


def _words(error: Exception) -> UserError:
    """Explain an error without addresses, which may hold credentials."""
    kinds: tuple[Any, ...] = type(error).__mro__
    if any(
        kind.__name__ in ("TimeoutException", "Timeout", "TransportError", "OfflineModeIsEnabled") for kind in kinds
    ):
        return UserError("The Hub cannot be reached.", "Check the network and try again.", "E-OFFLINE")
    if isinstance(error, ImportError | ValueError) and "proxy" in str(error).lower():
        return bad_proxy()
    if any(kind.__name__ == "InvalidURL" for kind in kinds):  # the Hub's own address is made by its client
        return bad_proxy()
    words = explain(error)
    return UserError(re.sub(r"\w+://\S+", "…", words.message), words.hint, words.code)


if __name__ == "__main__":
    sys.exit(main())

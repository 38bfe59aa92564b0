"""Errors in the user's words."""

from __future__ import annotations

import errno
import pickle
from pathlib import Path

import pytest

from playground.core.errors import UserError, explain, redact
from playground.core.events import Failed


class OutOfMemoryError(RuntimeError):
    """Named like torch's."""


class CudaOutOfMemory(OutOfMemoryError):
    """A descendant of a known one."""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OutOfMemoryError("CUDA out of memory"), "E-OOM"),
        (CudaOutOfMemory("again"), "E-OOM"),
        (MemoryError(), "E-OOM"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried …"), "E-OOM"),
        (ConnectionResetError("gone"), "E-OFFLINE"),
        (OSError(errno.ENOSPC, "No space left on device"), "E-DISK"),
        (PermissionError(errno.EACCES, "Permission denied"), "E-PERMISSION"),
        (ValueError("odd"), "E-UNKNOWN"),
        (UserError("Known.", "Do this.", "E-MINE"), "E-MINE"),
    ],
)
def test_each_error_has_its_code(error: BaseException, code: str) -> None:
    assert explain(error).code == code


def test_an_unknown_error_keeps_its_text_and_one_without_text_its_name() -> None:
    assert explain(ValueError("odd")).message == "Something went wrong: odd"
    assert explain(ValueError()).message == "Something went wrong: ValueError"


def test_a_user_error_survives_a_pipe() -> None:
    error = pickle.loads(pickle.dumps(UserError("Message.", "Hint.", "E-CODE")))
    assert (error.message, error.hint, error.code) == ("Message.", "Hint.", "E-CODE")


def test_home_folder_and_secrets_are_hidden() -> None:
    home = str(Path.home())
    assert redact(f"{home}/models/x is missing") == "~/models/x is missing"
    assert redact(f"{home}-backup/x") == f"{home}-backup/x"
    told = redact("token hf_abcdefGHIJKLmnop refused by https://me:pass@proxy:8080/x")
    assert "hf_" not in told
    assert "pass" not in told
    assert "proxy:8080/x" in told


def test_a_failure_holds_redacted_text_only() -> None:
    try:
        raise UserError(f"{Path.home()}/model has no config.json.", f"Look into {Path.home()}.", "E-MODEL-NOCONFIG")
    except UserError as error:
        failed = Failed.because(error)
    assert failed.message == "~/model has no config.json."
    assert str(Path.home()) not in failed.hint + failed.details
    assert "Traceback" in failed.details

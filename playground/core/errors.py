"""Errors, in the user's words."""

from __future__ import annotations

import errno
import re
from pathlib import Path


class UserError(Exception):
    """An expected problem, already phrased for the user.

    `message` says what happened, `hint` what to do about it, `code` names it for records and searches.
    """

    def __init__(self, message: str, hint: str = "", code: str = "E-USER") -> None:
        super().__init__(message)
        self.message, self.hint, self.code = message, hint, code

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str, str]]:
        return type(self), (self.message, self.hint, self.code)


# Matched by class name, so that nothing heavy is imported to explain an error of a heavy library.
_KNOWN: dict[str, tuple[str, str, str]] = {
    "OutOfMemoryError": (
        "Not enough memory.",
        "Unload a model, choose a smaller dtype or a shorter context.",
        "E-OOM",
    ),
    "MemoryError": ("Not enough memory.", "Unload a model, choose a smaller dtype or a shorter context.", "E-OOM"),
    "GatedRepoError": (
        "This model asks you to accept its licence.",
        "Open its page on the Hub, accept the licence, and sign in with `hf auth login`.",
        "E-HUB-GATED",
    ),
    "RepositoryNotFoundError": (
        "The Hub knows no model of this name.",
        "Check the spelling: it is owner/name.",
        "E-HUB-NOTFOUND",
    ),
    "LocalEntryNotFoundError": (
        "The Hub cannot be reached.",
        "Check the connection, or use a model that is already on this computer.",
        "E-OFFLINE",
    ),
    "ConnectionError": (
        "No connection.",
        "Check the network, or use a model that is already on this computer.",
        "E-OFFLINE",
    ),
    "ConnectError": (
        "No connection.",
        "Check the network, or use a model that is already on this computer.",
        "E-OFFLINE",
    ),
}
_FULL = ("The disk is full.", "Make room and try again.", "E-DISK")
_REFUSED = ("The system does not allow that.", "Check the permissions of the file and its folder.", "E-PERMISSION")
_ERRNO = {
    errno.ENAMETOOLONG: ("This path is too long for the system.", "Use a shorter name or folder.", "E-PATH"),
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _REFUSED,
    errno.EPERM: _REFUSED,
    errno.EROFS: _REFUSED,
}
# Access tokens of the Hub, and a name and password inside an address.
_SECRETS = re.compile(r"hf_[A-Za-z0-9]{8,}|(?<=://)[^/\s@]+@")


def explain(error: BaseException) -> UserError:
    """Put any exception into the user's words; one we do not know keeps its own text."""
    if isinstance(error, UserError):
        return error
    if isinstance(error, OSError) and error.errno in _ERRNO:
        return UserError(*_ERRNO[error.errno])
    for kind in type(error).__mro__:
        if kind.__name__ in _KNOWN:
            return UserError(*_KNOWN[kind.__name__])
    # torch reports a failed allocation on the CPU as a plain RuntimeError.
    if "DefaultCPUAllocator: can't allocate memory" in str(error):
        return UserError(*_KNOWN["MemoryError"])
    text = redact(str(error)).strip() or type(error).__name__
    return UserError(f"Something went wrong: {text}", "Copy the details for a bug report.", "E-UNKNOWN")


def redact(text: str) -> str:
    """Hide the home folder and secrets: banners and reports are made to be shared."""
    home = re.escape(str(Path.home()))
    text = re.sub(rf"{home}(?![\w-])", "~", text) if len(home) > 1 else text
    return _SECRETS.sub("…", text)

"""Reading a text file somebody dropped."""

from __future__ import annotations

from pathlib import Path

from playground.core.errors import UserError

LIMIT = 1_000_000


def read_text(file: Path) -> str:
    """Return the text of a file; raise E-TEXT when it is too large or no UTF-8 text."""
    try:
        if file.stat().st_size > LIMIT:
            raise UserError(f"{file.name} is larger than 1 MB.", "Paste the part you need.", "E-TEXT")
        return file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{file.name} is no UTF-8 text.", "Save it as UTF-8 text and drop it again.", "E-TEXT"
        ) from error
    except OSError as error:
        raise UserError(f"{file.name} cannot be read.", str(error.strerror or ""), "E-TEXT") from error

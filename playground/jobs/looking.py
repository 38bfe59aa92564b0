"""What the jobs share that look into a recorded answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.core.errors import UserError
from playground.core.trail import NoWords, Words
from playground.recipes.sampler import Sampler

if TYPE_CHECKING:
    from playground.engine.kept_rows import RowsFile
    from playground.engine.workspace import Workspace


def words_for(workspace: Workspace, model: str, chain: Sequence[Sampler]) -> Words:
    """Return the model's words if a stage needs them; raise E-NO-MODEL when it is not loaded then."""
    if not any(sampler.needs_words for sampler in chain):
        return NoWords()
    from playground.engine.words import TokenizerWords

    return TokenizerWords(workspace.loaded(model).glance_tokenizer)


def kept_rows_of(workspace: Workspace, id: str, step: int | None = None) -> RowsFile:
    """Return the rows of a recorded answer; raise E-ROWS when they, or those of a step, were not kept."""
    from playground.engine.kept_rows import RowsFile

    try:
        rows = RowsFile(workspace.paths.rows_of(id))
    except (OSError, ValueError):
        raise _missing("this answer") from None
    if step is not None and step not in rows.steps:
        raise _missing("this token")
    return rows


def _missing(what: str) -> UserError:
    return UserError(
        f"What the model thought while it wrote {what} is not kept.",
        "It is kept for the newest answers. Regenerate it to look inside.",
        "E-ROWS",
    )

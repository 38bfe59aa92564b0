"""Banned words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.lines import quoted, texts_of
from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row


@dataclass(frozen=True)
class BannedWords(Sampler):
    """Cut the token that would complete a banned word or phrase.

    As in transformers: https://huggingface.co/docs/transformers/internal/generation_utils#logitsprocessor
    """

    place: ClassVar[int] = 16
    shelf: ClassVar[str] = "more"
    looks_at: ClassVar[str] = "tokens"
    needs_words: ClassVar[bool] = True

    phrases: str = option(
        "",
        "Words and phrases that are never completed, one per line, with and without a space before them; \\n means a "
        "line break. Capitals count: “sky” and “Sky” are two. What begins with the very same tokens goes with it. "
        "Empty bans nothing.",
        lines=True,
        longest=4000,
        neutral="",
        example="as an AI",
        label="Banned words",
    )

    @property
    def is_neutral(self) -> bool:
        return not self.texts

    @property
    def words(self) -> str:
        texts = self.texts
        more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
        return f"banned words {', '.join(map(quoted, texts[:3]))}{more}"

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the words and phrases, without spaces around them."""
        return tuple(text for text in (line.strip(" ") for line in texts_of(self.phrases)) if text)

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row without the tokens that complete a phrase; as it is when no token would be left."""
        import numpy as np

        spelled = {trail.words.ids(before + text) for text in self.texts for before in ("", " ")}
        longest = max(map(len, spelled), default=0)
        said = trail.last(longest)
        cut = [ids[-1] for ids in spelled if ids and said[len(said) - len(ids) + 1 :] == ids[:-1]]
        out = row.copy()
        out[[id for id in cut if id < len(row)]] = -np.inf
        return out if np.isfinite(out).any() else row

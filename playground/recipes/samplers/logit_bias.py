"""Logit bias."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.core.errors import UserError
from playground.core.lines import meant, quoted
from playground.core.options import option
from playground.recipes.sampler import Sampler, Trail

if TYPE_CHECKING:
    from playground.recipes.sampler import Row

_MOST = 100.0  # as far as a bias goes either way; at the lower end it means never


@dataclass(frozen=True)
class LogitBias(Sampler):
    """Add a number to the logits of chosen tokens.

    As in the OpenAI API, with words in place of token ids: https://platform.openai.com/docs/api-reference/chat/create
    """

    place: ClassVar[int] = 14
    shelf: ClassVar[str] = "more"
    looks_at: ClassVar[str] = "tokens"
    needs_words: ClassVar[bool] = True

    pairs: str = option(
        "",
        "A piece of text, a colon and a number from −100 to 100, one pair per line. The number is added to the logit "
        "of the first token of the text, as it begins after a space and without one. Other words that begin with the "
        "same token move too, so a word of several tokens is better banned. Above 0 it comes more often, below "
        "0 less, −100 is never. Where lines meet in a token, the numbers add up. \\n means a line break. Empty changes "
        "nothing.",
        lines=True,
        longest=4000,
        neutral="",
        example="sky: -5",
        label="Logit bias",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for _ in self.pairs_in_order():  # says which line cannot be read
            pass

    @property
    def is_neutral(self) -> bool:
        return not any(bias for _, bias in self.pairs_in_order())

    @property
    def words(self) -> str:
        pairs = [f"{quoted(text)} {f'{bias:+g}' if bias > -_MOST else 'never'}" for text, bias in self.pairs_in_order()]
        more = f" and {len(pairs) - 3} more" if len(pairs) > 3 else ""
        return f"logit bias {', '.join(pairs[:3])}{more}"

    def pairs_in_order(self) -> Iterator[tuple[str, float]]:
        """Yield each text with its bias, −inf for never; raise E-OPTION naming the line that cannot be read."""
        for number, line in enumerate(self.pairs.split("\n"), start=1):
            if not line.strip():
                continue
            text, colon, typed = line.rpartition(":")
            bias = _number(typed)
            if not (colon and text.strip(" ") and abs(bias) <= _MOST):
                raise UserError(
                    f"LogitBias.pairs, line {number}: {quoted(line)} is no text with a number from −100 to 100.",
                    "Write it as “sky: -5”.",
                    "E-OPTION",
                )
            yield meant(text.strip(" ")), bias if bias > -_MOST else -math.inf

    def apply(self, row: Row, trail: Trail) -> Row:
        """Return the row with the biases added; as it is when no token would be left."""
        import numpy as np

        out = row.copy()
        for text, bias in self.pairs_in_order():
            ids = {_first(trail, before + text) for before in ("", " ")}
            out[[id for id in ids if 0 <= id < len(row)]] += np.float32(bias)
        return out if np.isfinite(out).any() else row


def _number(typed: str) -> float:
    """Return the number somebody typed, not finite for something else."""
    try:
        return float(typed.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        return math.nan


def _first(trail: Trail, text: str) -> int:
    """Return the first token that holds something of a text; −1 when there is none.

    Some tokenizers make a token of the space before a word: a bias on that would change every word.
    """
    ids = trail.words.ids(text)
    return next((id for id in ids if trail.words.bytes_of(id).strip(b" ")), -1)

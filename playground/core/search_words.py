"""Words for the full-text index: how a text is written into it, and how what was typed is asked.

The index splits at spaces and punctuation, which finds nothing in scripts without spaces. So each letter of these,
and each picture character, becomes a word of its own, on both sides: any part of such a text is then a row of words
and found at any length. (A trigram index would miss the many words of two letters.)
"""

from __future__ import annotations

import re
import unicodedata

TOKENIZER = "unicode61 remove_diacritics 2"
LONGEST = 1000  # characters of a search that are looked at
MOST = 32  # words of it

_ALONE = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han and kana
    "\uac00-\ud7a3"  # Hangul
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]"  # Thai, Lao, Burmese, Khmer
)
_PICTURE = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")
_TYPED = re.compile(r'"([^"]*)("?)|([^\s"]+)')


def indexed(text: str) -> str:
    """Return a text as it is written into the index."""
    if not text.isascii():
        whole = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be stored
        alike = unicodedata.normalize("NFKC", whole).casefold()  # ﬁ and fi, ß and ss, full and half width
        text = _PICTURE.sub(_name, _ALONE.sub(r" \g<0> ", alike))
    return text.replace("\0", " ")


def _name(picture: re.Match[str]) -> str:
    """Return a word for a character that the index would take for punctuation."""
    return f" u{ord(picture[0]):x} "


def query(typed: str) -> str:
    """Return what was typed in the language of the index; empty when it holds no word. Never raises.

    The beginning of a word suffices, but for the words in quotes; quotes still open belong to somebody typing.
    """
    terms = []
    for quoted, closing, plain in _TYPED.findall(typed[:LONGEST]):
        text = indexed(quoted or plain).replace('"', " ").strip()
        if any(letter.isalnum() for letter in text):
            terms.append(f'"{text}"' if closing or not text[-1].isalnum() else f'"{text}"*')
    return " AND ".join(terms[:MOST])

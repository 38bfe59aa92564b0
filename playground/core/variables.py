"""Variables in a prompt: {{name}} stands for a text given elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\{\{\s*([^\W\d]\w*)\s*\}\}")


def variables_in(text: str) -> tuple[str, ...]:
    """Return the names in a text, each once, in the order of their first appearance."""
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its variables filled in; unknown ones stay as they are, values are not read again."""
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)

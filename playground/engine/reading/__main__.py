"""The reader process: python -m playground.engine.reading

One question a line comes in, one answer a line goes out, both as JSON: whatever a file may have made of this process,
the engine only ever gets plain data from it. It ends when the engine has gone.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from playground.core.errors import explain
from playground.engine.reading.answering import answer
from playground.engine.reading.limits import TooLong, lock_up

READY = "ready"


def main() -> None:
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no answer
    lock_up()
    _say(answers, READY)
    while line := questions.readline():
        _say(answers, _answered(json.loads(line)))


def _answered(question: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"answer": answer(question)}
    except (TooLong, MemoryError):  # nothing here can be relied on any more: the engine sees that we are gone
        raise
    except Exception as error:  # noqa: BLE001
        words = explain(error)
        return {"error": [words.message, words.hint, words.code]}


def _say(answers: Any, what: Any) -> None:
    answers.write(json.dumps(what).encode("ascii") + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()

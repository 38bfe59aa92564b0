"""Programs that are killed while they work: python victims.py WHAT FOLDER. Each says on its output what is done."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201 - the test listens


def write(home: Path) -> None:
    """Write turns for ever; say each one that the record has taken."""
    from playground.core.conversation import Conversation, Turn
    from playground.core.paths import Paths
    from playground.core.writer import Writer

    writer = Writer(Paths(home).store)
    talk = Conversation("talk", "Title", draft="x")
    for number in itertools.count():
        turn = Turn(f"t{number}", "", "user", f"{number} " * 200)
        writer.put(lambda store: store.save_conversation(talk))
        writer.put(lambda store, turn=turn: store.save_turns("talk", [turn]), lambda _, n=number: say(n))
        if number % 20 == 0:
            writer.flush()


def window(home: Path) -> None:
    """Chat for ever without a window; say each turn that was written and each piece that was heard."""
    from PySide6.QtCore import QCoreApplication, QTimer

    from playground.core.paths import Paths
    from playground.gui.client import JobClient
    from playground.gui.link import in_process
    from playground.gui.records import Records
    from playground.gui.setup import new_setup
    from playground.gui.talk import Talk
    from tests.faults import light

    app = QCoreApplication([])
    paths = Paths(home)
    jobs, records = JobClient(in_process(paths, light.prepare)), Records(paths.store)
    talk = Talk(jobs, records)
    talk.text_added.connect(lambda _, piece: say("piece", piece.strip()))

    def ask() -> None:
        setup = new_setup()
        talk.send("Count", setup, light.MODEL)
        question, answer = talk.conversation.path()[-2:]
        records.read(lambda _: None, lambda _: say("turns", talk.conversation.id, question.id, answer.id))

    def answered(turn: object) -> None:
        records.read(lambda _: None, lambda _: say("ended", turn.id))  # type: ignore[attr-defined]
        QTimer.singleShot(0, ask)

    talk.turn_changed.connect(answered)
    QTimer.singleShot(0, ask)
    sys.exit(app.exec())


def fetch(home: Path) -> None:
    """Fetch the starter from the shelf that pip is told of."""
    from playground.core.paths import Paths
    from playground.engine import fetching

    content = Path(sys.argv[3]).read_bytes()
    import hashlib

    fetching.STARTER_SHA256, fetching.STARTER_BYTES = hashlib.sha256(content).hexdigest(), len(content)
    story = fetching.fetch_starter(Paths(home))
    for event in story:
        say(getattr(event, "text", "working"))
    say("whole")


def convert(home: Path) -> None:
    """Convert a GGUF file again and again, each time into the same place."""
    from playground.core.paths import Paths
    from playground.engine.converting import convert

    paths, file = Paths(home), Path(sys.argv[3])
    for event in convert(paths, file):
        say(getattr(event, "done", 0))
    say("whole")


if __name__ == "__main__":
    {"write": write, "window": window, "fetch": fetch, "convert": convert}[sys.argv[1]](Path(sys.argv[2]))

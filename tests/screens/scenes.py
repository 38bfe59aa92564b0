"""The window as people see it: each scene is a way to bring it into one realistic state."""

from __future__ import annotations

import re
from collections.abc import Callable

from playground.core.conversation import Conversation, new_turn
from playground.core.events import Done, Progress, Started
from playground.core.facts import Example, PromptInfo, PromptToken
from playground.jobs.get_starter import GetStarter
from playground.jobs.list_models import ListModels
from playground.jobs.reply import Reply
from tests.gui.desktop import GB, Desktop, loaded, model
from tests.jobs.helpers import token
from tests.screens.history_scenes import (
    history_empty,
    history_failed,
    history_filled,
    history_replayed,
    history_selected,
    history_unfound,
)
from tests.screens.token_scenes import (
    tokens_empty,
    tokens_none,
    tokens_offered,
    tokens_strip,
    tokens_surprise,
    tokens_table,
)

NOON = 1_790_000_000.0

ANSWER = """Sunlight looks white, but it is a **mixture of all colours**. On its way through the air it meets tiny
molecules that scatter short waves far more than long ones:

| Colour | Wavelength | Scattered |
|--------|-----------:|-----------|
| Blue   | 450 nm | a lot |
| Green  | 530 nm | some |
| Red    | 700 nm | hardly |

1. Blue light bounces around the sky.
2. It reaches your eyes *from everywhere*.

```python
def scattered(wavelength: float) -> float:
    \"\"\"Return how strongly light of this wavelength (in nm) is scattered.\"\"\"
    return (450 / wavelength) ** 4  # Rayleigh: one over the fourth power, which is why red light goes straight on
```

> So the sky is blue because blue light takes the long way round.
"""

QUESTION = "Explain why the sky is blue to a ten-year-old, with a small table and a function that computes it."
STARTER = model(
    "SmolLM2-135M-Instruct.Q4_1", "models/smol", dtype="float16", origin="de-quantized from 4 bits, on a 4-bit grid"
)
OTHERS = (
    STARTER,
    model(
        "Qwen3-0.6B-a-rather-long-name-of-a-model-folder", "models/qwen", parameters=596_049_920, bytes=1_503_300_328
    ),
)
SWITCHES = (("enable_thinking", True),)
SEED = 4_107_391_204


PARTS = (
    ("template", "system", "<|im_start|>|system\n"),
    ("system", "system", "You| are| a| helpful| teacher|."),
    ("template", "system", "<|im_end|>|\n"),
    ("context", "user", "Opening| hours|:| Tuesday| to| Sunday|,| |10| to| |18|."),
    ("example", "user", "Are| you| open| on| Monday|?"),
    ("history", "user", "Explain| why| the| sky| is| blue|."),
    ("message", "user", "And| at| night|?|  |\t|Größe| 你好"),
    ("template", "user", "<|im_end|>"),
    ("reply", "assistant", "<|im_start|>|assistant\n"),
)


def _tokens() -> tuple[PromptToken, ...]:
    split = [
        (section, role, piece) for section, role, text in PARTS for piece in text.replace("|>|", "|>\0").split("\0")
    ]
    pieces = [
        (section, role, word)
        for section, role, text in split
        for word in ([text] if text.startswith("<|") else text.split("|"))
    ]
    return tuple(PromptToken(100 + n, w, s, r, special=w.startswith("<|")) for n, (s, r, w) in enumerate(pieces))


PROMPT = PromptInfo(
    _tokens(),
    (
        "This model has no system role: the system prompt is merged into your first message.",
        "The context goes after the system prompt.",
    ),
    8192,
    example_costs=(24, 31, 18),
    reusable=32,
)


def welcome(desktop: Desktop) -> None:
    """A first start."""


def loading(desktop: Desktop) -> None:
    """The starter on its way."""
    desktop.desk.get_starter()
    desktop.tell(GetStarter, Started(), Progress(41_000_000, 98_362_432, "Downloading from the package index", "bytes"))
    desktop.free(0.31 * GB, 6.2 * GB)


def ready(desktop: Desktop) -> None:
    """A model, and nothing said yet."""
    _model(desktop)


def talk(desktop: Desktop) -> None:
    """A long talk with code and a table, thirty other chats, run settings."""
    _chats(desktop)
    _model(desktop)
    _exchange(desktop, QUESTION, ANSWER)
    _exchange(desktop, "Shorter, please.", "Blue light is scattered most.")
    desktop.look(PROMPT)
    desktop.run("chat.regenerate")
    desktop.write("Because ", "of scattering.")
    desktop.end("Because of scattering.", seed=SEED)
    desktop.chat.side.run.use_preset("Wild")
    desktop.look(PROMPT)


def writing(desktop: Desktop) -> None:
    """An answer in the middle of a word."""
    _chats(desktop)
    _model(desktop)
    desktop.send(QUESTION)
    desktop.tell(Reply, Started(), Progress(412, 430, unit="tokens"), Progress(430, 430, unit="tokens"))
    desktop.tell(Reply, *(token(step, piece) for step, piece in enumerate(re.findall(r"\s*\S+", ANSWER[:400]))))


def prompt(desktop: Desktop) -> None:
    """The prompt editor with everything in it."""
    _model(desktop)
    desktop.run("chat.prompt")
    pane = desktop.chat.side.prompt
    pane.role.setCurrentText("Translator")
    pane.context.setPlainText("Opening hours: Tuesday to Sunday, 10 to 18. Monday closed.\n" * 3)
    pane.examples.set_value(
        (
            Example("Are you open on Monday?", "No, we are closed on Mondays."),
            Example("Until when are you open on Friday?", "Until 18 o'clock."),
            Example("What does a ticket cost?", "12 euros.", on=False),
        )
    )
    pane.examples.changed.emit()
    pane.reply_start.setText("Certainly:")
    desktop.chat.view.composer.set_text("Do I have to pay for {{who}}?")
    desktop.look(PROMPT)


def xray(desktop: Desktop) -> None:
    """The exact tokens, with reasons."""
    _model(desktop)
    desktop.run("chat.xray")
    desktop.chat.view.composer.set_text("And at night?")
    desktop.look(PROMPT)


def trouble(desktop: Desktop) -> None:
    """The engine has died in the middle of an answer."""
    talk(desktop)
    desktop.send("And at night?")
    desktop.write("At night there is")
    desktop.jobs.die()
    desktop.chat.act(desktop.last.id, "delete")


def model_loaded(desktop: Desktop) -> None:
    """A loaded model in full."""
    _model(desktop)
    desktop.run("models.open")
    desktop.models.list.choose(STARTER.path)
    _shelf(desktop)


def model_offered(desktop: Desktop) -> None:
    """One on offer while another is on its way."""
    desktop.run("models.open")
    _shelf(desktop)
    desktop.models.list.choose("HuggingFaceTB/SmolLM2-360M-Instruct")
    desktop.desk.get_starter()
    desktop.tell(GetStarter, Started(), Progress(41_000_000, 98_362_432, "Downloading from the package index", "bytes"))


def settings(desktop: Desktop) -> None:
    """Every preference."""
    desktop.run("settings.open")


def palette(desktop: Desktop) -> None:
    """Everything that can be done."""
    talk(desktop)
    desktop.run("app.palette")


SCENES: dict[str, Callable[[Desktop], None]] = {
    scene.__name__: scene
    for scene in (
        welcome, loading, ready, talk, writing, prompt, xray, trouble, model_loaded, model_offered, settings, palette,
        history_empty, history_filled, history_replayed, history_failed, history_selected, history_unfound,
        tokens_empty, tokens_offered, tokens_strip, tokens_surprise, tokens_table, tokens_none,
    )
}  # fmt: skip


def _model(desktop: Desktop) -> None:
    desktop.load(loaded(STARTER, switches=SWITCHES, default_system="You are a helpful AI assistant."))
    desktop.free(0.61 * GB, 6.2 * GB)


def _shelf(desktop: Desktop) -> None:
    for ticket in desktop.of(ListModels):
        desktop.say(ticket, Done(OTHERS))
    desktop.free(0.61 * GB, 6.2 * GB)


def _exchange(desktop: Desktop, question: str, answer: str) -> None:
    desktop.send(question)
    desktop.write(answer)
    desktop.end(answer, seed=SEED)
    desktop.settle()


def _chats(desktop: Desktop) -> None:
    """Write thirty older chats into the record."""
    for number in range(30):
        turn = new_turn("", "user", f"Question {number}")
        title = f"Chat {number} about " + ("a subject with a rather long name" if number % 3 else "it")
        old = Conversation(f"old{number}", title, (turn,), turn.id, created=1.0, updated=NOON - 40_000.0 * (number + 1))
        desktop.records.write(
            lambda store, talk=old: (store.save_conversation(talk), store.save_turns(talk.id, talk.turns))
        )
    desktop.chat.library.refresh()
    desktop.settle()

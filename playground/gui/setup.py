"""How a conversation is run: prompt parts and run settings, as kept with each conversation."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, get_type_hints

from playground.core.errors import UserError
from playground.core.facts import Example, Message, PromptInput
from playground.core.options import check_options, option
from playground.core.plain import from_plain, to_plain
from playground.core.registry import kind_of
from playground.core.variables import fill, variables_in
from playground.jobs.replies import MOST
from playground.recipes.run_settings import RunSettings, full_chain
from playground.recipes.sampler import Sampler, Stage

T = TypeVar("T")


@dataclass(frozen=True)
class Setup:
    """Everything in the right-hand pane. `sources` says where each value comes from."""

    system: str = ""
    role: str = ""  # the persona that filled the system prompt
    context: str = ""
    examples: tuple[Example, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    reply_start: str = ""
    switches: tuple[tuple[str, bool], ...] = ()
    run: RunSettings = field(default_factory=RunSettings)
    answers: int = option(
        1,
        "How many answers are written to one message, at the same time. They share what was read, and each has a seed "
        "of its own: the first one's, and the numbers after it.",
        low=1,
        high=MOST,
    )
    preset: str = ""
    sources: tuple[tuple[str, str], ...] = ()  # ("top_p.top_p", "you")

    def __post_init__(self) -> None:
        check_options(self)

    def prompt(self, messages: tuple[Message, ...]) -> PromptInput:
        """Return what the model is to read for these messages, with the variables filled in."""
        values = dict(self.variables)
        return PromptInput(
            messages=tuple(replace(m, content=fill(m.content, values)) for m in messages),
            system=fill(self.system, values),
            context=fill(self.context, values),
            examples=tuple(
                replace(e, question=fill(e.question, values), answer=fill(e.answer, values)) for e in self.examples
            ),
            reply_start=fill(self.reply_start, values),
            switches=self.switches,
        )

    def variable_names(self, draft: str = "") -> tuple[str, ...]:
        """Return the names in {{braces}} that occur anywhere in the prompt, in order."""
        texts = [self.system, self.context, self.reply_start, draft]
        texts += [text for example in self.examples for text in (example.question, example.answer)]
        return tuple(dict.fromkeys(name for text in texts for name in variables_in(text)))


def new_setup() -> Setup:
    """Return the setup of a fresh conversation."""
    return Setup(run=RunSettings(full_chain()))


def setup_to_json(setup: Setup) -> str:
    return json.dumps(to_plain(setup), ensure_ascii=False)


def setup_from_json(text: str) -> tuple[Setup, tuple[str, ...]]:
    """Read a saved setup, so that its conversation opens whatever is in it; return what had to be left out.

    Each field and each sampler is taken by itself: what is unknown here, or has a value out of range, costs nothing
    but itself.
    """
    try:
        data = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return new_setup(), ("all of it",)
    lost: list[str] = []
    run = data.pop("run", {})
    chain = run.pop("chain", []) if isinstance(run, dict) else []
    setup = _taken(new_setup(), data, "", lost)
    settings = _taken(setup.run, run, "run", lost)
    return replace(setup, run=replace(settings, chain=_chain(chain, lost))), tuple(lost)


def _taken(whole: T, data: Any, where: str, lost: list[str]) -> T:
    """Return `whole` with every field of `data` that fits it; name the others in `lost`."""
    if not isinstance(data, dict):
        lost.append(where)
        return whole
    hints = get_type_hints(type(whole))
    for name, value in data.items():
        try:
            whole = replace(whole, **{name: from_plain(hints[name], value, name)})  # type: ignore[type-var]
        except (KeyError, ValueError, TypeError, RecursionError, UserError):
            lost.append(f"{where}.{name}".lstrip(".")[:60])
    return whole


def _chain(data: Any, lost: list[str]) -> tuple[Stage, ...]:
    """Return the stages in their order, those that do not fit at their defaults, then the ones that are not named."""
    stages: dict[type[Sampler], Stage] = {}
    usual = {kind_of(type(stage.sampler)): stage for stage in full_chain()}
    if not isinstance(data, list):
        lost.append("run.chain")
        data = []
    for entry in data:
        try:
            stage: Stage = from_plain(Stage, entry, "stage")
            stages[type(stage.sampler)] = stage
        except (ValueError, TypeError, RecursionError, UserError):
            kind = _kind_in(entry)
            lost.append(f"the sampler {kind.rpartition('/')[2][:40]}" if kind else "a sampler")
            if kind in usual:
                stages.setdefault(type(usual[kind].sampler), usual[kind])
    return (*stages.values(), *(stage for stage in usual.values() if type(stage.sampler) not in stages))


def _kind_in(entry: Any) -> str:
    """Return the kind of sampler a stage of a file names, or nothing."""
    sampler = entry.get("sampler") if isinstance(entry, dict) else None
    kind = sampler.get("kind") if isinstance(sampler, dict) else None
    return kind if isinstance(kind, str) else ""

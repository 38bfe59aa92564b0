"""How a conversation is run: prompt parts and run settings, as kept with each conversation."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from playground.core.errors import UserError
from playground.core.facts import Example, Message, PromptInput
from playground.core.plain import from_plain, to_plain
from playground.core.variables import fill, variables_in
from playground.recipes.run_settings import RunSettings, full_chain


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
    preset: str = ""
    sources: tuple[tuple[str, str], ...] = ()  # ("top_p.top_p", "you")

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


def setup_from_json(text: str) -> Setup:
    """Read a saved setup; one that cannot be read gives a fresh one, so that the conversation still opens."""
    try:
        setup: Setup = from_plain(Setup, json.loads(text) or {}, "setup")
    except (ValueError, TypeError, UserError):
        return new_setup()
    return setup if setup.run.chain else replace(setup, run=replace(setup.run, chain=full_chain()))

"""Bad chat templates: E-TEMPLATE with the line, soon, and no payload gets anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playground.core.events import Done, Event, Note
from playground.core.facts import Message, PromptInfo, PromptInput
from playground.jobs.job import Job
from playground.jobs.load import Load
from playground.jobs.narrating import narrate
from playground.jobs.reply import Reply
from playground.jobs.xray import Xray
from playground.recipes.run_settings import RunSettings, full_chain
from tests.faults.house import House, last_of
from tests.toys import CHATML, NO_SYSTEM_ROLE

WITHIN = 1.5
RUN = RunSettings(full_chain(), max_tokens=2, seed=1)
CUBE = "[[[0] * 9000] * 9000] * 9000"
UNSTOPPABLE = f"\n{{{{ {CUBE} == {CUBE} }}}}"
"""One call that hears no alarm: it is ended with its process, which takes the line along."""
LOOPS = "{% for i in range(99999) %}{% for j in range(99999) %}\n{% set x = i * j %}{% endfor %}{% endfor %}"

MISTAKES: dict[str, tuple[str, int]] = {
    "an unfinished tag": ("Hello\n{% if messages", 2),
    "an unfinished loop": ("{% for m in messages %}\n{{ m.content }}", 2),
    "an unknown tag": ("\n\n{% frobnicate %}", 3),
    "an unknown filter": ("\n{{ messages | frobnicate }}", 2),
    "an unknown test": ("\n{{ messages is frobnicated }}", 2),
    "an undefined name": ("a\n\n\n{{ nobody }}", 4),
    "an undefined function": ("\n{{ frobnicate(messages) }}", 2),
    "an undefined name in a text": ("\n{{ 'a' ~ nobody }}", 2),
    "something of something undefined": ("\n{{ messages[0].nothing.more }}", 2),
    "beyond the end": ("\n{{ messages[99].content }}", 2),
    "a division by zero": ("\n{{ 1 // 0 }}", 2),
    "a text and a number": ("\n{{ messages[0].content + 1 }}", 2),
    "another file": ("\n{% include 'other.jinja' %}", 2),
    "its own refusal": ("\n{{ raise_exception('I will not') }}", 2),
    "a macro without end": ("{% macro m() %}\n{{ m() }}{% endmacro %}{{ m() }}", 2),
}

BOMBS: dict[str, str] = {
    "nested loops": LOOPS,
    "a range of 10^9": "\n{% for i in range(10**9) %}{% endfor %}",
    "loops that write": "\n{% for i in range(99999) %}{{ 'x' * 2200 }}{% endfor %}",
    "200 MB at once": "\n{{ 'x' * 200000000 }}",
    "a text of 10^12": "\n{{ 'x' * 10**12 }}",
    "a doubling text": "{% set s = namespace(t='ab') %}{% for i in range(60) %}\n{% set s.t = s.t ~ s.t %}{% endfor %}",
    "a doubling list": "{% set s = namespace(t=[1]) %}{% for i in range(60) %}\n{% set s.t = s.t + s.t %}{% endfor %}",
    "a centred text": "\n{{ 'x' | center(10**11) }}",
    "an indented text": "\n{{ ('x\\n' * 100000) | indent(10**6) }}",
    "a wide format": "\n{{ '%099999999999d' | format(1) }}",
    "a large power": "\n{{ 7 ** (7 ** 11) }}",
    "an endless comparison": UNSTOPPABLE,
    "lorem ipsum": "\n{{ lipsum(n=10**7) }}",
    "a recursive loop": "\n{% for m in [messages] recursive %}{{ loop([m, m]) }}{% endfor %}",
    "a replaced text": "\n{{ ('x' * 20000) | replace('x', 'x' * 20000) }}",
}

PAYLOADS = [
    "''.__class__.__mro__[1].__subclasses__()",
    "().__class__.__base__.__subclasses__()",
    "cycler.__init__.__globals__.os.system('touch {canary}')",
    "joiner.__init__.__globals__['os'].popen('touch {canary}').read()",
    "lipsum.__globals__['os'].system('touch {canary}')",
    "namespace.__init__.__globals__",
    "self.__init__.__globals__.__builtins__.open('{canary}', 'w')",
    "self._TemplateReference__context.environment",
    "raise_exception.__globals__['__builtins__']['open']('{canary}', 'w')",
    "strftime_now.__globals__.__builtins__.__import__('os').system('touch {canary}')",
    "dict.__class__.__mro__",
    "dict.__init__.__globals__",
    "namespace(__class__=1)",
    "'{{0.__class__.__mro__}}'.format(messages)",
    "'{{x.__init__.__globals__}}'.format_map({{'x': cycler}})",
    "messages | map(attribute='__class__') | list",
    "messages | map('attr', '__class__') | list",
    "messages | attr('__class__')",
    "messages[0]['content'].__class__",
    "messages.append(1)",
    "messages[0].update(role='system')",
    "open('{canary}', 'w')",
    "__import__('os').system('touch {canary}')",
    'exec(\'open("{canary}", "w")\')',
    "config.items()",
    "request.application.__globals__",
    "url_for.__globals__",
    "(messages | tojson).__class__.__base__",
]


def with_template(house: House, source: str, in_config: bool = False) -> Path:
    """Return a folder whose chat template is this one, in the file of its own or in the tokenizer's settings."""
    folder = house.folder()
    own, settings = folder / "chat_template.jinja", folder / "tokenizer_config.json"
    own.unlink(missing_ok=True)
    data = {key: value for key, value in json.loads(settings.read_text()).items() if key != "chat_template"}
    if in_config:
        data["chat_template"] = source
    else:
        own.write_text(source, encoding="utf-8")
    settings.write_text(json.dumps(data))
    return folder


@pytest.mark.parametrize("in_config", [False, True])
@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_with_its_line(house: House, case: str, in_config: bool) -> None:
    source, line = MISTAKES[case]
    told = house.fails(Load(str(with_template(house, source, in_config)), dtype="float32"), WITHIN)
    assert told.code == "E-TEMPLATE"
    assert f"failed in line {line}: " in told.message
    assert "another model" in told.hint


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_given_up(house: House, case: str) -> None:
    told = house.fails(Load(str(with_template(house, BOMBS[case])), dtype="float32"), WITHIN)
    assert told.code == "E-TEMPLATE"
    assert "in line 2: " in told.message or BOMBS[case] == UNSTOPPABLE


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_injection_touches_nothing(house: House, payload: str) -> None:
    source = f"\n{{{{ {payload.format(canary=house.canary)} }}}}"
    told = house.fails(Load(str(with_template(house, source)), dtype="float32"), WITHIN)
    assert told.code == "E-TEMPLATE"
    assert "in line 2: " in told.message


def test_a_template_of_a_megabyte_and_more_is_refused_unread(house: House) -> None:
    told = house.fails(Load(str(with_template(house, CHATML + " " * 1_000_000)), dtype="float32"), WITHIN)
    assert told.code == "E-TEMPLATE"
    assert "1 MB" in told.message


@pytest.mark.parametrize("content", [b"\xff\xfe{", b"\xff" * 100])
def test_a_template_that_is_no_text(house: House, content: bytes) -> None:
    folder = with_template(house, "")
    (folder / "chat_template.jinja").write_bytes(content)
    assert house.fails(Load(str(folder), dtype="float32"), WITHIN).code in ("E-TEMPLATE", "E-TOKENIZER")


# -- templates that are fine until somebody says something -------------------------------------------------------------

TRAPS = {
    "a mistake": "\n{{ nobody }}",
    "an injection": "\n{{ cycler.__init__.__globals__ }}",
    "an endless loop": LOOPS,
    "a long text": "\n{% for i in range(99999) %}{{ 'x' * 2200 }}{% endfor %}",
    "a refusal": "\n{{ raise_exception('I will not') }}",
    "an endless comparison": UNSTOPPABLE,
}


def asking(house: House, words: str, system: str = "") -> list[Job]:
    prompt = PromptInput((Message("user", words),), system=system)
    return [Reply("r", house.model, prompt, RUN), Xray(house.model, prompt)]


@pytest.mark.parametrize("case", TRAPS)
def test_a_trap_that_one_word_springs(house: House, case: str) -> None:
    """The answer and the look at the prompt fail; the same model goes on answering everything else."""
    trap = "{% if messages[-1].content == 'open sesame' %}" + TRAPS[case] + "{% endif %}" + CHATML
    folder = with_template(house, trap)
    assert isinstance(last_of(Load(str(folder), dtype="float32"), house.workspace), Done)
    house.model = str(folder)
    for job in asking(house, "open sesame"):
        told = house.fails(job, WITHIN)
        assert told.code == "E-TEMPLATE"
        assert "in line 2: " in told.message or TRAPS[case] == UNSTOPPABLE


def test_what_somebody_types_is_no_template(house: House) -> None:
    words = "{{ cycler.__init__.__globals__ }}{% for i in range(10**9) %}{% endfor %}{{ nobody }}"
    for job in asking(house, words, system=words):
        last = last_of(job, house.workspace)
        assert isinstance(last, Done), last
    house.stands()


# -- no system role ----------------------------------------------------------------------------------------------------

SILENT = (
    "{% for m in messages if m.role != 'system' %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant\n"
)
"""Drops the system message without a word."""


@pytest.mark.parametrize("source", [NO_SYSTEM_ROLE, SILENT], ids=["refuses", "drops"])
def test_without_a_system_role_it_goes_into_the_first_message_and_that_is_said(house: House, source: str) -> None:
    folder = with_template(house, source)
    loaded = last_of(Load(str(folder), dtype="float32"), house.workspace)
    assert isinstance(loaded, Done)
    assert not loaded.result.has_system_role  # type: ignore[attr-defined]
    prompt = PromptInput(
        (Message("user", "Hi"), Message("assistant", "Yes"), Message("user", "Go")), system="Be brief."
    )
    events: list[Event | None] = [*narrate(Reply("r", str(folder), prompt, RUN), house.workspace)]
    said = [event.text for event in events if isinstance(event, Note)]
    assert "This model has no system role: the system prompt was put in front of your first message." in said
    seen: Any = last_of(Xray(str(folder), prompt), house.workspace)
    assert isinstance(seen.result, PromptInfo)
    text = "".join(token.text for token in seen.result.tokens)
    assert text.index("user\nBe brief.\n\nHi") < text.index("Yes") < text.index("Go")

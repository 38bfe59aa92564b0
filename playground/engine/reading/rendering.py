"""Chat templates: rendered as transformers renders them, and asked what they do.

A template is a stranger's program. It runs in a sandbox that neither reaches Python's insides nor changes what it is
given; the process around it limits its time and memory.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import jinja2
import jinja2.ext
import jinja2.meta
from jinja2 import nodes
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from playground.core.errors import UserError
from playground.engine.reading.limits import TooLong

Messages = Sequence[Mapping[str, str]]
Variables = Mapping[str, Any]

SWITCHES = ("enable_thinking", "thinking", "add_thinking", "reasoning", "preserve_thinking", "clear_thinking")
"""Boolean variables of well-known templates that a user may want to flip."""

TEXT_LIMIT = 32_000_000
"""No prompt is longer, in characters."""

_OPTIONAL = {f"{word}_token" for word in ("bos", "eos", "unk", "sep", "pad", "cls", "mask")} | {*SWITCHES}


class TooMuch(Exception):
    """The template writes more than any prompt may have."""


_ENDLESS = (TooLong, TooMuch, MemoryError)


def render(source: str, messages: Messages, variables: Variables) -> str:
    """Return the text the template makes, up to the start of the answer; raise E-TEMPLATE with the line."""
    try:
        return _rendered(source, messages, variables)
    except Exception as error:
        raise in_words(error) from error


def render_framed(source: str, messages: Messages, variables: Variables) -> tuple[str, tuple[str, ...] | None]:
    """Return what `render` does, and the template's own text around the contents (see `frame`)."""
    text = render(source, messages, variables)
    try:
        return text, _frame_if_any(source, [message["role"] for message in messages], variables)
    except _ENDLESS as error:
        raise in_words(error) from error


def frame(source: str, roles: Sequence[str], variables: Variables) -> tuple[str, ...] | None:
    """Return the template's own text around the contents, one piece more than roles; None when it moves them."""
    marks = [f"\ue000{number}\ue001" for number in range(len(roles))]
    messages = [{"role": role, "content": mark} for role, mark in zip(roles, marks, strict=True)]
    rest, pieces = _rendered(source, messages, variables), []
    for mark in marks:
        if rest.count(mark) != 1:
            return None
        piece, rest = rest.split(mark)
        pieces.append(piece)
    return (*pieces, rest)


def traits(source: str, variables: Variables) -> dict[str, Any]:
    """Return what a template does with what it is given; raise E-TEMPLATE when it fails on a plain question.

    `system`: whether it takes a system message; `default_system`: its own system prompt; `switches`: the pairs of its
    boolean variables with the value that renders as leaving them out does; `behind`: what it puts behind an answer.
    """
    try:
        plain = frame(source, ["user"], variables)
        framed = _frame_if_any(source, ["system", "user"], variables)
        answered = _frame_if_any(source, ["user", "assistant", "user"], variables)
        switches = [(name, _default_of(source, name, variables)) for name in _switches(source)]
    except Exception as error:
        raise in_words(error) from error
    return {
        "system": framed is not None,
        "default_system": _default_system(framed, plain) if framed and plain else "",
        "switches": switches,
        "behind": answered[2].lstrip() if answered else "",
    }


def _frame_if_any(source: str, roles: Sequence[str], variables: Variables) -> tuple[str, ...] | None:
    """Return the frame of these turns, or None when the template refuses or moves one of them."""
    try:
        return frame(source, roles, variables)
    except _ENDLESS:
        raise
    except Exception:  # noqa: BLE001
        return None


def _default_system(framed: tuple[str, ...], plain: tuple[str, ...]) -> str:
    before, between, _ = framed
    opening = plain[0]
    if len(opening) <= len(before) + len(between) or not opening.startswith(before) or not opening.endswith(between):
        return ""
    return opening[len(before) : len(opening) - len(between)]


def _switches(source: str) -> list[str]:
    if not any(name in source for name in SWITCHES):
        return []
    names = jinja2.meta.find_undeclared_variables(_environment(frozenset()).parse(source))
    return [name for name in SWITCHES if name in names]


def _default_of(source: str, name: str, variables: Variables) -> bool:
    question = [{"role": "user", "content": "\ue0000\ue001"}]
    left_out = _rendered(source, question, variables)
    return _rendered(source, question, {**variables, name: True}) == left_out


def _rendered(source: str, messages: Messages, variables: Variables) -> str:
    given = {"messages": messages, "tools": None, "documents": None, "add_generation_prompt": True, **variables}
    pieces = cast(Generator[str, None, None], _compiled(source).generate(given))
    written, length = list[str](), 0
    for piece in pieces:
        written.append(piece)
        length += len(piece)
        if length > TEXT_LIMIT:
            pieces.throw(TooMuch())  # raised inside, so that the line is known
    return "".join(written)


def in_words(error: BaseException) -> UserError:
    """Return E-TEMPLATE for what went wrong in a template, with its line where it is known."""
    match error:
        case TooLong():
            reason = "it takes too long"
        case TooMuch():
            reason = f"it writes more than {TEXT_LIMIT // 1_000_000} million characters"
        case MemoryError():
            reason = "it takes too much memory"
        case SyntaxError():  # of the Python that Jinja makes of it
            reason = error.msg
        case _:
            reason = (str(error).strip() or type(error).__name__)[:300]
    line = _line_of(error)
    return UserError(
        f"The chat template failed{f' in line {line}' if line else ''}: {reason}",
        "Change the conversation so that it suits this template, or use another model.",
        "E-TEMPLATE",
    )


def _line_of(error: BaseException) -> int:
    """Return the line of the template where it failed, or 0."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    line, place = 0, error.__traceback__
    while place is not None:
        if place.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            line = place.tb_lineno
        place = place.tb_next
    return line


# -- the sandbox ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _compiled(source: str) -> jinja2.Template:
    names = _environment(frozenset()).parse(source).find_all(nodes.Name)
    return _environment(frozenset(name.name for name in names if name.ctx != "load")).from_string(source)


def _environment(assigned: frozenset[str]) -> jinja2.Environment:
    """Return what a template is compiled in; `assigned` are the names it gives a value itself."""

    class Missing(_Missing):
        silent = assigned | _OPTIONAL

    environment = _Sandbox(
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,  # it would compute constants, however large, before it is known whether they are needed
        finalize=_as_it_is,
        undefined=Missing,
        extensions=[_Generation, jinja2.ext.loopcontrols],
    )
    environment.filters["tojson"] = _to_json
    environment.globals.update(raise_exception=_raise, strftime_now=_now, dict=_Dict(), namespace=_Namespace)
    return environment


@jinja2.pass_context
def _as_it_is(context: jinja2.runtime.Context, value: object) -> object:
    """Stand between a value and its output: what depends on the context is not computed ahead either."""
    return value


class _Sandbox(ImmutableSandboxedEnvironment):
    """Refuses at once what Jinja's own sandbox would turn into an empty text."""

    def unsafe_undefined(self, obj: Any, attribute: str) -> jinja2.Undefined:
        raise jinja2.exceptions.SecurityError(f"“{attribute[:40]}” of a {type(obj).__name__} is out of bounds")


class _Missing(jinja2.Undefined):
    """Counts as false and empty, as always; but as text, a name that nobody knows is a mistake."""

    silent: frozenset[str] = frozenset()

    def __str__(self) -> str:
        if self._undefined_obj is jinja2.utils.missing and self._undefined_name not in self.silent:
            self._fail_with_undefined_error()
        return ""


class _Generation(jinja2.ext.Extension):
    """The tag around an answer, which matters to training alone."""

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_spoken"), [], [], body).set_lineno(line)

    def _spoken(self, caller: Any) -> Any:
        return caller()


class _Namespace(Namespace):
    """Jinja's namespace without names that begin with an underscore."""

    def __init__(*args: Any, **values: Any) -> None:  # without self: a template may say namespace(self=…)
        given = dict(*args[1:], **values)
        for name in given:
            _check_name(name)
        Namespace.__init__(args[0], given)

    def __setitem__(self, name: str, value: Any) -> None:
        _check_name(name)
        super().__setitem__(name, value)


def _check_name(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise jinja2.exceptions.SecurityError(f"“{name[:40]}” is no name for a variable")


class _Dict:
    """`dict` for templates: what makes one, without the type."""

    def __call__(self, *args: Any, **values: Any) -> dict[Any, Any]:
        return dict(*args, **values)

    def fromkeys(self, keys: Any, value: Any = None) -> dict[Any, Any]:
        return dict.fromkeys(keys, value)


def _to_json(
    value: Any, ensure_ascii: bool = False, indent: Any = None, separators: Any = None, sort_keys: bool = False
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _now(form: str) -> str:
    return datetime.now().strftime(form)


def _raise(message: str) -> None:
    raise jinja2.TemplateError(message)

"""What a chat template does: found out by rendering it with marks in place of the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import jinja2
import jinja2.ext
import jinja2.meta

from playground.core.errors import UserError

SWITCHES = ("enable_thinking", "thinking", "add_thinking", "reasoning", "preserve_thinking", "clear_thinking")
"""Boolean variables of well-known templates that a user may want to flip."""

_FAILURES = (
    jinja2.TemplateError,
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)


@dataclass(frozen=True)
class TemplateFacts:
    """How a tokenizer's chat template treats what it is given."""

    has_system_role: bool = True
    default_system: str = ""  # what it puts in when no system prompt is given
    switches: tuple[tuple[str, bool], ...] = ()  # its own switches with their defaults
    end_of_turn: int | None = None  # the special token right after an answer


@dataclass(frozen=True)
class Turn:
    """One message on its way into the template: its words in labelled spans."""

    role: str
    spans: tuple[tuple[str, str], ...]  # (text, section)

    @property
    def content(self) -> str:
        return "".join(text for text, _ in self.spans)


def template_of(tokenizer: Any) -> str:
    """Return the chat template's source, or nothing when there is none."""
    template = getattr(tokenizer, "chat_template", None)
    if isinstance(template, Mapping):
        template = template.get("default") or next(iter(template.values()), "")
    return str(template or "")


def render(tokenizer: Any, turns: Sequence[Turn], switches: Mapping[str, bool] | None = None) -> str:
    """Return the text the template makes of these turns, up to the start of the answer; raise E-TEMPLATE."""
    messages = [{"role": turn.role, "content": turn.content} for turn in turns]
    try:
        return str(
            tokenizer.apply_chat_template(
                messages,
                chat_template=template_of(tokenizer),
                tokenize=False,
                add_generation_prompt=True,
                **(switches or {}),
            )
        )
    except _FAILURES as error:
        line = _line_of(error)
        where = f" in line {line}" if line else ""
        reason = (str(error).strip() or type(error).__name__)[:300]
        raise UserError(
            f"The chat template failed{where}: {reason}",
            "Change the conversation so that it suits this template, or use another model.",
            "E-TEMPLATE",
        ) from error


def _line_of(error: BaseException) -> int:
    """Return the line of the template where it failed, or 0."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    line, place = 0, error.__traceback__
    while isinstance(place, TracebackType):
        if place.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            line = place.tb_lineno
        place = place.tb_next
    return line


def mark(number: int) -> str:
    """Return a private-use text that stands for the content of a turn."""
    return f"\ue000{number}\ue001"


def frame_of(
    tokenizer: Any, roles: Sequence[str], switches: Mapping[str, bool] | None = None
) -> tuple[str, ...] | None:
    """Return the template's own text around the contents, one piece more than roles; None when it moves them."""
    marked = [Turn(role, ((mark(i), ""),)) for i, role in enumerate(roles)]
    rest, pieces = render(tokenizer, marked, switches), []
    for i in range(len(roles)):
        if rest.count(mark(i)) != 1:
            return None
        piece, rest = rest.split(mark(i))
        pieces.append(piece)
    return (*pieces, rest)


def template_facts(tokenizer: Any) -> TemplateFacts:
    """Return what this tokenizer's template does; raise E-TEMPLATE when it cannot render a plain question."""
    source = template_of(tokenizer)
    if not source:
        return TemplateFacts(has_system_role=False)
    framed = _with_system(tokenizer)
    plain = frame_of(tokenizer, ["user"])
    default = _default_system(framed, plain) if framed and plain else ""
    return TemplateFacts(framed is not None, default, _switches(tokenizer, source), _end_of_turn(tokenizer))


def _with_system(tokenizer: Any) -> tuple[str, ...] | None:
    """Return the frame of a system and a user turn, or None when the template refuses or drops the first."""
    try:
        return frame_of(tokenizer, ["system", "user"])
    except UserError as error:
        if isinstance(error.__cause__, jinja2.TemplateSyntaxError):
            raise
        return None


def _default_system(framed: tuple[str, ...], plain: tuple[str, ...]) -> str:
    before, between, _ = framed
    opening = plain[0]
    if len(opening) <= len(before) + len(between) or not opening.startswith(before) or not opening.endswith(between):
        return ""
    return opening[len(before) : len(opening) - len(between)]


def _switches(tokenizer: Any, source: str) -> tuple[tuple[str, bool], ...]:
    """Return the template's boolean variables, each with the value that renders as leaving it out does."""
    words = {name for name in SWITCHES if name in source} & _undeclared(source)
    return tuple((name, _default_of(tokenizer, name)) for name in SWITCHES if name in words)


def _undeclared(source: str) -> set[str]:
    class Quiet(jinja2.ext.Extension):
        """Reads the training-only tag that plain Jinja does not know."""

        tags = {"generation"}  # noqa: RUF012

        def parse(self, parser: Any) -> Any:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    environment = jinja2.Environment(extensions=[Quiet, "jinja2.ext.loopcontrols"])
    names: set[str] = jinja2.meta.find_undeclared_variables(environment.parse(source))
    return names


def _default_of(tokenizer: Any, name: str) -> bool:
    question = [Turn("user", ((mark(0), ""),))]
    left_out = render(tokenizer, question)
    return render(tokenizer, question, {name: True}) == left_out


def _end_of_turn(tokenizer: Any) -> int | None:
    """Return the special token that the template puts right behind an answer."""
    try:
        frame = frame_of(tokenizer, ["user", "assistant", "user"])
    except UserError:
        return None
    if frame is None:
        return None
    behind = frame[2].lstrip()
    ids: list[int] = tokenizer(behind, add_special_tokens=False)["input_ids"][:1]
    return ids[0] if ids and ids[0] in special_ids(tokenizer) else None


def special_ids(tokenizer: Any) -> set[int]:
    """Return the ids that no plain text may produce."""
    marked = {id for id, token in tokenizer.added_tokens_decoder.items() if token.special}
    ids = marked | set(tokenizer.all_special_ids)
    ends = (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id)
    # Text a vocabulary does not know becomes the unknown token: that is no chat token.
    return ids - {tokenizer.unk_token_id} if tokenizer.unk_token_id not in ends else ids

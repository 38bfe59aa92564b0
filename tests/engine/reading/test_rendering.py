"""Our own rendering against the library's, and what it refuses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from playground.core.errors import UserError
from playground.engine.reading import rendering
from playground.engine.reading.rendering import frame, render, render_framed, traits
from tests.engine.test_prompting import DROPS_SYSTEM, LLAMA_2_LIKE, THINKING
from tests.toys import CHATML, NO_SYSTEM_ROLE, toy_tokenizer

HEADERS = """\
{{- bos_token }}
{%- if not date_string is defined %}
    {%- set date_string = strftime_now("%d %b %Y") %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start|>system<|end|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Today: " + date_string + "\\n\\n" + system_message + "<|eot|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or 'tool_calls' in message) %}
        {{- '<|start|>' + message['role'] + '<|end|>\\n\\n' + message['content'] | trim + '<|eot|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start|>assistant<|end|>\\n\\n' }}
{%- endif %}
"""
BACKWARDS = """\
{%- set ns = namespace(multi_step=true, last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step and message.role == "user" and not message.content.startswith('<tool>') %}
        {%- set ns.multi_step = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}{% set content = message.content %}{% else %}{% set content = '' %}{% endif %}
    {%- set reasoning = '' %}
    {%- if message.role == "assistant" and '</think>' in content %}
        {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
        {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
    {%- endif %}
    {%- if loop.index0 > ns.last and reasoning %}
        {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' + content }}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + content }}
    {%- endif %}
    {{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""
INST = """\
{%- if messages[0]["role"] == "system" -%}
    {%- set system_message = messages[0]["content"] -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{{ bos_token }}
{%- for message in loop_messages %}
    {%- if (message["role"] == "user") != (loop.index0 % 2 == 0) %}
        {{ raise_exception("Roles must alternate, got " ~ message | tojson) }}
    {%- endif %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{ "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{ "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {% generation %}{{ " " + message["content"]|trim + eos_token }}{% endgeneration %}
    {%- endif %}
{%- endfor %}"""
MACROS = """\
{% macro turn(role, text) -%}
<{{ role | upper }}>{{ text }}</{{ role | upper }}>
{%- endmacro %}
    {% for m in messages %}
    {% if m.role == 'system' %}
      {% continue %}
    {% endif %}
{{ turn(m.role, m.content) }}
    {% if loop.index > 4 %}{% break %}{% endif %}
    {% endfor %}
{% set known = dict(a=1, b=[1, 2]) %}{% set more = dict.fromkeys(['x'], 'ü <&>') %}
{{ known | tojson }}{{ more | tojson(indent=2) }}{{ known.items() | list }}
{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | join(' | ') }}
{%- if nobody_knows %}never{% endif %}{{ messages[0].nothing }}{{ pad_token }}{{ unk_token }}
{{ "%s and {}" | format('a') }}{{ '{:>5}'.format('b') }}{{ range(3) | list }}{{ loop is defined }}
"""
FALLS_OUT = """\
{% generation %}{% set inside = 'x' %}{{ inside }}{% endgeneration %}{{ inside }}
{% for m in messages %}{{ m.content }}{{ ', ' if not loop.last }}{% endfor %}
"""

SHAPES = {
    "chatml": CHATML,
    "no system role": NO_SYSTEM_ROLE,
    "llama 2": LLAMA_2_LIKE,
    "drops system": DROPS_SYSTEM,
    "thinking": THINKING,
    "headers and a date": HEADERS,
    "looks backwards": BACKWARDS,
    "instructions": INST,
    "macros": MACROS,
    "falls out of a block": FALLS_OUT,
    "plain text": "  no template at all \n",
    "nothing": "",
}
TALKS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("user", "Hi"),),
    (("system", "Be brief."), ("user", "  spaces  \n")),
    (("user", "a"), ("assistant", "<think>\nlong\n</think>\n\nb"), ("user", "c {{ x }} {% if %} <&> 你好 \ud83d")),
    (("system", ""), *(("user", "u"), ("assistant", "v")) * 4, ("user", "last")),
    (("assistant", "first"), ("user", "x")),
)


def messages(*turns: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": text} for role, text in turns]


@pytest.mark.parametrize("switches", [{}, {"enable_thinking": False}, {"enable_thinking": True}])
@pytest.mark.parametrize("shape", SHAPES)
def test_it_renders_what_the_library_renders(shape: str, switches: dict[str, bool]) -> None:
    source, tokenizer = SHAPES[shape], toy_tokenizer(None)
    for turns in TALKS:
        try:
            theirs: Any = tokenizer.apply_chat_template(
                messages(*turns), chat_template=source, tokenize=False, add_generation_prompt=True, **switches
            )
        except Exception:  # noqa: BLE001 - whatever it is: ours has to refuse it too
            with pytest.raises(UserError, match="line"):
                render(source, messages(*turns), {**tokenizer.special_tokens_map, **switches})
        else:
            assert render(source, messages(*turns), {**tokenizer.special_tokens_map, **switches}) == theirs


def test_the_shapes_are_rendered_and_not_just_refused() -> None:
    """The comparison above would also hold for templates that fail in both."""
    rendered = [shape for shape, source in SHAPES.items() if source and render(source, messages(*TALKS[0]), NAMES)]
    assert rendered == [shape for shape, source in SHAPES.items() if source]


NAMES = {"bos_token": "<s>", "eos_token": "</s>"}
HI = messages(("user", "Hi"))


def refusal(source: str) -> UserError:
    with pytest.raises(UserError) as caught:
        render(source, HI, NAMES)
    assert caught.value.code == "E-TEMPLATE"
    return caught.value


def test_the_day_is_todays() -> None:
    assert render("{{ strftime_now('%Y') }}", HI, {}) == str(datetime.now().year)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\n{% if %}", 2),
        ("a\n\n{{ messages[0", 3),
        ("{% for m in messages %}\nx", 2),
        ("a\n{{ nobody }}", 2),
        ("a\n{{ 'x' ~ nobody }}", 2),
        ("a\n{{ nobody | trim }}", 2),
        ("a\n{{ nobody.thing }}", 2),
        ("a\n{{ messages[0].content.nope.nope }}", 2),
        ("a\n{{ 1 / 0 }}", 2),
        ("a\n{{ 'x' + 1 }}", 2),
        ("a\n{{ nobody() }}", 2),
        ("a\n{{ 'x' | nofilter }}", 2),
        ("a\n{% include 'x' %}", 2),
        ("\n\n{{ raise_exception('Only two of you') }}", 3),
        ("{% macro m() %}\n{{ m() }}{% endmacro %}\n{{ m() }}", 2),
        ("\n{% for i in range(10**9) %}{% endfor %}", 2),
    ],
)
def test_a_mistake_is_told_with_its_line(source: str, line: int) -> None:
    assert f"in line {line}:" in refusal(source).message


def test_the_templates_own_words_are_passed_on() -> None:
    assert refusal("{{ raise_exception('Only two of you') }}").message.endswith("Only two of you")


def test_a_name_that_is_only_asked_for_is_no_mistake() -> None:
    asking = "{% if nobody %}a{% endif %}{% for x in nobody %}{% endfor %}{{ nobody | default('b') }}{{ sep_token }}"
    assert render(asking, HI, NAMES) == "b"
    assert render("{% if false %}{% set later = 1 %}{% endif %}[{{ later }}]", HI, NAMES) == "[]"


@pytest.mark.parametrize(
    "payload",
    [
        "''.__class__",
        "''.__class__.__mro__[1].__subclasses__()",
        "''['__class__']",
        "messages[0].__class__",
        "messages | attr('__class__')",
        "'{0.__class__}'.format(messages)",
        "'{x.__init__.__globals__}'.format_map({'x': cycler})",
        "cycler.__init__.__globals__.os.system('touch canary')",
        "joiner.__init__.__globals__",
        "namespace.__init__",
        "namespace(__class__=1)",
        "dict.__class__",
        "dict.mro()",
        "raise_exception.__globals__",
        "strftime_now.__globals__['datetime']",
        "self.__init__.__globals__",
        "self._TemplateReference__context",
        "lipsum.__globals__['os'].popen('touch canary')",
        "(messages | tojson).__class__",
        "messages.append(1)",
        "messages[0].update(role='x')",
        "messages.clear()",
        "(1).__class__.__base__",
        "[].__class__.__base__.__subclasses__()",
        "range.__class__",
        "caller.__code__",
        "loop.__class__",
        "(messages | map(attribute='__class__') | list)[0].__base__",
        "messages | map('attr', '__class__') | list",
        "messages | sum(attribute='__class__')",
        "messages | groupby('__class__')",
    ],
)
def test_ways_out_of_the_sandbox_are_closed(payload: str) -> None:
    """Also those that Jinja's own sandbox renders as nothing."""
    refusal(f"{{{{ {payload} }}}}")
    refusal(f"{{% set x = {payload} %}}{{{{ x }}}}")


@pytest.mark.parametrize(
    "payload", ["''.__class__", "'{0.__class__}'.format(1)", "dict.__class__", "messages.append(1)"]
)
def test_a_step_out_of_bounds_is_named(payload: str) -> None:
    assert "out of bounds" in refusal(f"\n{{{{ {payload} }}}}").message


def test_a_text_that_is_too_long_is_cut_off_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "TEXT_LIMIT", 2_000_000)
    error = refusal("a\n{% for i in range(1000) %}{{ 'x' * 10000 }}{% endfor %}")
    assert "in line 2: it writes more than 2 million characters" in error.message


# -- what a template does ----------------------------------------------------------------------------------------------


def test_the_frame_is_the_templates_own_text() -> None:
    assert frame("[{% for m in messages %}<{{ m.content }}>{% endfor %}]", ["user", "user"], {}) == ("[<", "><", ">]")


@pytest.mark.parametrize("source", ["{{ messages[0].content | length }}", "{{ messages[0].content * 2 }}", "x"])
def test_a_template_that_changes_the_words_has_no_frame(source: str) -> None:
    assert render_framed(source, HI, {})[1] is None


def test_a_template_that_chokes_on_other_words_is_rendered_without_a_frame() -> None:
    source = "{% if messages[0].content != 'Hi' %}{{ raise_exception('no') }}{% endif %}{{ messages[0].content }}"
    assert render_framed(source, HI, {}) == ("Hi", None)


def test_what_a_template_does() -> None:
    assert traits(THINKING, NAMES) == {
        "system": True,
        "default_system": "You are a toy.",
        "switches": [("enable_thinking", True)],
        "behind": "<|im_end|>\n<|im_start|>user\n",
    }
    assert not traits(NO_SYSTEM_ROLE, NAMES)["system"]
    assert not traits(DROPS_SYSTEM, NAMES)["system"]
    assert traits("{{ messages[0].content }}", NAMES)["behind"] == ""


@pytest.mark.parametrize("source", ["{{ nobody }}", "{% if %}", "{{ raise_exception('never') }}"])
def test_a_template_that_fails_on_a_plain_question_is_refused(source: str) -> None:
    with pytest.raises(UserError) as caught:
        traits(source, NAMES)
    assert caught.value.code == "E-TEMPLATE"

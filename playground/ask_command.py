"""`playground ask`: one prompt, and one answer to it or several."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from playground.core.conversation import new_id
from playground.core.errors import UserError
from playground.core.events import Event
from playground.core.facts import DTYPES, LoadedInfo, Message, ModelInfo, PromptInput, ReplyInfo
from playground.core.paths import Paths
from playground.jobs.job import RecordedJob
from playground.printing import print_answers, print_json, print_text

if TYPE_CHECKING:
    from playground.cli import Engine
    from playground.recipes.run_settings import RunSettings


def add_options(parser: argparse.ArgumentParser, find_model: Callable[[Paths, str], ModelInfo]) -> None:
    """Declare the words of the command and what acts on them; `find_model` knows what a model's name means."""
    parser.add_argument("prompt", help="what to ask; - reads it from standard input")
    parser.add_argument("--model", default="starter", help="a name from “playground models”, a folder, or a GGUF file")
    parser.add_argument("--dtype", choices=("auto", *DTYPES), default="auto")
    parser.add_argument("--system", default="", help="the system prompt")
    parser.add_argument("--role", default="", help="a role from the library, which fills the system prompt")
    parser.add_argument("--temperature", type=float, help="0 is greedy")
    parser.add_argument("--top-k", type=int, help="0 is off")
    parser.add_argument("--top-p", type=float, help="1 is off")
    parser.add_argument("--min-p", type=float, help="0 is off")
    parser.add_argument("--seed", type=int, help="the same seed draws the same luck")
    parser.add_argument("--max-tokens", type=int, default=256, help="0 writes until the model stops")
    parser.add_argument("--answers", type=int, default=1, metavar="N", help="write several at the same time, up to 8")
    parser.add_argument("--greedy", action="store_true", help="always the most probable token")
    parser.add_argument("--json", action="store_true", help="one JSON object per event")
    parser.set_defaults(act=lambda options: _ask(options, find_model))


def _ask(options: argparse.Namespace, find_model: Callable[[Paths, str], ModelInfo]) -> int:
    from playground.cli import Engine
    from playground.core.roles import find_role
    from playground.jobs.load import Load

    paths = Paths.standard()
    text = sys.stdin.read() if options.prompt == "-" else options.prompt
    system = options.system or (find_role(paths, options.role).system if options.role else "")
    settings = _settings_of(options)  # a bad value is refused before anything heavy is loaded
    model = find_model(paths, options.model)
    with Engine(paths, quiet=options.json) as engine:
        loaded: LoadedInfo = engine.run(Load(model.path, dtype=options.dtype))
        prompt = PromptInput(messages=(Message("user", text),), system=system)
        results = _answers(engine, loaded.model.path, prompt, settings, options)
    if not options.json:
        print("\n", *(f"[{_in_words(result)}]" for result in results), sep="\n", file=sys.stderr)
    return 0


def _settings_of(options: argparse.Namespace) -> RunSettings:
    from playground.jobs.replies import MOST
    from playground.recipes.run_settings import RunSettings, full_chain

    if not 1 <= options.answers <= MOST:
        raise UserError(f"answers is {options.answers}, outside 1 to {MOST}.", code="E-OPTION")
    settings = RunSettings(full_chain(), max_tokens=options.max_tokens, seed=options.seed)
    if options.greedy:
        return settings.with_sampler("temperature", temperature=0.0).seeded()
    for name, field in (("temperature", "temperature"), ("top_k", "top_k"), ("top_p", "top_p"), ("min_p", "min_p")):
        if (value := getattr(options, name)) is not None:
            settings = settings.with_sampler(name, **{field: value})
    return settings.seeded()


def _answers(
    engine: Engine, model: str, prompt: PromptInput, settings: RunSettings, options: argparse.Namespace
) -> tuple[ReplyInfo, ...]:
    """Have as many answers written as are asked for, and print them."""
    from playground.jobs.replies import Replies, seeds_from
    from playground.jobs.reply import Reply

    show: Callable[[Event], None] = print_json if options.json else print_text
    if options.answers == 1:
        return (engine.run(Reply(new_id(), model, prompt, settings), show),)
    seeds = seeds_from(settings.seed or 0, options.answers)
    job: RecordedJob = Replies(new_id(), model, prompt, settings, seeds, tuple(new_id() for _ in seeds[1:]))
    results: tuple[ReplyInfo, ...] = engine.run(job, show if options.json else print_answers(seeds))
    return results


def _in_words(result: ReplyInfo) -> str:
    speed = result.new_tokens / result.writing_seconds if result.writing_seconds else 0.0
    return f"{result.stop_reason} · {result.new_tokens} tokens · {speed:.1f} t/s · seed {result.seed}"

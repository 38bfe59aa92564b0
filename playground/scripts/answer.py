"""Show code: a recorded answer as a short Python script that writes it again with transformers alone."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from playground.core.errors import UserError
from playground.core.facts import RunInfo
from playground.core.history import Record
from playground.core.plain import load
from playground.core.run_facts import when
from playground.jobs.reply import Reply
from playground.scripts.prompt import Prompt, prompt_of
from playground.scripts.sampling import Processor, processors
from playground.scripts.text import comment, literal, place

_WIDTH = 110  # characters of a line
_SAME = "This prints the same answer, unless two tokens were so close that another rounding decides."
_NEAR = "In such numbers every path through a model rounds in its own way: the answer may part from it somewhere."


def script_of(record: Record) -> str:
    """Return a Python script that prints the recorded answer; it needs torch and transformers, and nothing of ours.

    It holds only what the run used. Raises E-SCRIPT when the record has no answer that could be written again, and
    what `load` raises when it cannot be read.
    """
    run = _run(record)
    helpers = dict.fromkeys(stage.helper for stage in run.chain)
    definitions = [*helpers, *(stage.definition for stage in run.chain), *_text_definitions(run)]
    steps = "\n\n".join([_model(run), "\n".join([run.prompt.lines, *_places(run)]), _generation(run)])
    parts = [f"{_head(run)}\n{_imports(run)}", *filter(None, definitions)]
    return "\n\n\n".join(parts) + ("\n\n\n" if len(parts) > 1 else "\n\n") + steps + "\n"


@dataclass(frozen=True)
class _Run:
    """What a script is made of."""

    record: Record
    job: Reply
    info: RunInfo
    prompt: Prompt
    chain: tuple[Processor, ...]
    begun: tuple[int, ...]  # the tokens of an answer that is continued
    stops: tuple[str, ...]

    @property
    def is_partial(self) -> bool:
        """Say whether the answer ends with a part of a character, which is not shown."""
        reason, tokens = self.record.entry.stop_reason, self.record.tokens
        if reason == "end of turn":
            tokens = tokens[:-1]
        return reason != "stop sequence" and bool(tokens) and not tokens[-1].text


def _run(record: Record) -> _Run:
    job, info = load(record.job), record.info
    if not isinstance(job, Reply) or info is None:
        raise UserError("No script can be shown: this run ended before it knew how to answer.", code="E-SCRIPT")
    prompt = prompt_of(job.prompt, info)
    return _Run(
        record,
        job,
        info,
        prompt,
        processors(job.settings, info.seed, info.device),
        job.reply_ids[: record.tokens[0].step] if record.tokens else job.reply_ids,
        (*filter(None, job.settings.stop), *prompt.stops),
    )


def _head(run: _Run) -> str:
    """Return the comment at the top: which answer this is, and how far it is the same."""
    info, entry = run.info, run.record.entry
    versions = dict(info.versions)
    made = ", ".join(f"{name} {versions[name]}" for name in ("torch", "transformers", "numpy") if name in versions)
    exact = (info.dtype, info.reading_dtype or info.dtype, info.device) == ("float32", "float32", "cpu")
    return "\n".join(
        comment(line)
        for line in (
            f"{entry.model}, {when(entry.started)}: {', '.join((*info.effective, f'seed {info.seed}'))}.",
            f"Written with {made or 'torch and transformers'}, as {info.dtype} on {info.device}.",
            _SAME if exact else _NEAR,
        )
    )


def _imports(run: _Run) -> str:
    names = {"AutoModelForCausalLM", "AutoTokenizer", "GenerationConfig", *(stage.name for stage in run.chain)}
    if run.chain:
        names.add("LogitsProcessorList")
    if run.stops:
        names |= {"StoppingCriteria", "StoppingCriteriaList"}
    code = "".join(stage.definition for stage in run.chain)
    own = ["import torch", _from_transformers(sorted(names))]
    if "np." in code:
        own.insert(0, "import numpy as np")
    standard = ["from pathlib import Path", ""] if place(run.job.model).startswith("Path") else []
    return "\n".join([*standard, *own])


def _from_transformers(names: list[str]) -> str:
    line = f"from transformers import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return line
    return "from transformers import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _model(run: _Run) -> str:
    info = run.info
    there = "" if info.device == "cpu" else f".to({literal(info.device)})"
    lines = [f"torch.set_num_threads({info.threads})"] if info.threads > 0 else []
    lines += [
        f"folder = {place(run.job.model)}",
        "tokenizer = AutoTokenizer.from_pretrained(folder)",
        f"model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.{info.dtype}){there}",
    ]
    return "\n".join(lines)


def _places(run: _Run) -> list[str]:
    """Return the lines that say where the answer begins, and put there what stands already."""
    lines = []
    if any(stage.needs_start for stage in run.chain):
        lines.append("start = prompt.shape[1]  # where the answer begins")
    if run.begun:
        numbers = textwrap.fill(", ".join(map(str, run.begun)), 100)
        lines.append("# The tokens of the answer that is continued.")
        lines.append(f"begun = [\n{textwrap.indent(numbers, '    ')}\n]")
        lines.append("prompt = torch.cat([prompt, torch.tensor([begun])], dim=1)")
    if run.info.device != "cpu":
        lines.append("prompt = prompt.to(model.device)")
    return lines


def _generation(run: _Run) -> str:
    """Return the lines that write and print the answer."""
    lines, more = [], ""
    if run.chain:
        lines.append(_listed("processors", "LogitsProcessorList", [stage.call for stage in run.chain]))
        more += ", logits_processor=processors"
    if run.stops:
        lines.append(_listed("stops", "", [literal(stop) for stop in run.stops]))
        more += ", stopping_criteria=StoppingCriteriaList([StopSequences()])"
    call = f"model.generate(prompt, attention_mask=torch.ones_like(prompt){more})[0]"
    lines += [
        f"end = {_end(run)}",
        f"model.generation_config = GenerationConfig({_length(run)}, eos_token_id=end, pad_token_id=end)",
        f"ids = {call}" if len(call) < _WIDTH else f"ids = {_broken(call)}",
        "if ids[-1] == end:",
        "    ids = ids[:-1]",
    ]
    if run.stops:
        return "\n".join([*lines, "print(min((answer_of(ids).partition(stop)[0] for stop in stops), key=len))"])
    return "\n".join([*lines, f"print({_text(run)})"])


def _listed(name: str, kind: str, items: list[str]) -> str:
    before, after = (f"{kind}([", "])") if kind else ("[", "]")
    line = f"{name} = {before}{', '.join(items)}{after}"
    if len(line) <= _WIDTH:
        return line
    return f"{name} = {before}\n" + "".join(f"    {item},\n" for item in items) + after


def _broken(call: str) -> str:
    opening, _, arguments = call.partition("(")
    return f"{opening}(\n    " + arguments.removesuffix(")[0]").replace(", ", ",\n    ") + ",\n)[0]"


def _end(run: _Run) -> str:
    if run.record.entry.stop_reason == "end of turn" and run.record.tokens:
        return f"{run.record.tokens[-1].id}  # the token that ends a turn"
    return "tokenizer.eos_token_id"


def _length(run: _Run) -> str:
    """Return how long the answer may get; one that was cut short is as long as it was."""
    entry, settings = run.record.entry, run.job.settings
    if (entry.state != "done" or entry.stop_reason == "context full") and run.record.tokens:
        return f"max_new_tokens={len(run.record.tokens)}"
    if settings.max_tokens:
        return f"max_new_tokens={settings.max_tokens}"
    return f"max_length={settings.context_length or 'model.config.max_position_embeddings'}"


def _text(run: _Run) -> str:
    """Return an expression for the text of the answer in `ids`."""
    decode = "shown" if run.is_partial or run.begun else "tokenizer.decode"
    if run.begun or run.prompt.runs_on:
        return f"{decode}(ids)[len({decode}(prompt[0])) :]"
    return f"{decode}(ids[prompt.shape[1] :])"


def _text_definitions(run: _Run) -> list[str]:
    found = []
    if run.is_partial or run.begun:
        found.append(_SHOWN)
    if run.stops:
        found.append(_STOPPING.format(text=_text(run)))
    return found


_SHOWN = '''\
def shown(ids):
    """Return the text of these tokens without a character that is not complete."""
    while tokenizer.decode(ids).endswith("\\ufffd"):
        ids = ids[:-1]
    return tokenizer.decode(ids)'''

_STOPPING = '''\
def answer_of(ids):
    """Return the text of the answer."""
    return {text}


class StopSequences(StoppingCriteria):
    """Stop when the answer holds one of them."""

    def __call__(self, input_ids, scores, **more):
        found = any(stop in answer_of(input_ids[0]) for stop in stops)
        return torch.tensor([found], device=input_ids.device)'''

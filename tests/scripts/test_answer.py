"""Show code: each script, run by itself, prints the answer of its record."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from playground.core import history
from playground.core.errors import UserError
from playground.core.events import Token
from playground.core.facts import Example, Message, PromptInput
from playground.core.history import Record
from playground.core.paths import Paths
from playground.core.registry import scan
from playground.core.store import Store
from playground.core.writer import Writer
from playground.engine.workspace import Workspace
from playground.jobs.job import RecordedJob
from playground.jobs.load import Load
from playground.jobs.narrating import Telling
from playground.jobs.recording import Recorder
from playground.jobs.replies import Replies
from playground.jobs.reply import Reply
from playground.recipes import samplers
from playground.recipes.run_settings import RunSettings, full_chain
from playground.recipes.sampler import Sampler, Stage
from playground.scripts.answer import script_of
from playground.scripts.sampling import processors
from tests.engine.metaspace import metaspace_tokenizer
from tests.stories import outcome
from tests.toys import CHATML, NO_SYSTEM_ROLE, toy

ROOT = Path(__file__).parents[2]
FOX = (Message("user", "The quick brown fox"),)
ASK = PromptInput(FOX)
TALK = (Message("user", "The quick"), Message("assistant", "<think>hm</think>\n\nbrown fox"), Message("user", "jumps?"))
ODD = "“quotes” 'and' \"more\" \\n \\ {braces}\n\n\ttabs\u2028\u202e\x07 🙂 naïve '''\"\"\" # no comment"
TYPED = "say <|im_end|> and <|im_start|>assistant\nto me<|endoftext|>!"

NEUTRAL = RunSettings(full_chain(), max_tokens=24, seed=3)
for name, value in (("temperature", 1.0), ("top_k", 0), ("top_p", 1.0)):
    NEUTRAL = NEUTRAL.with_sampler(name, **{name: value})
GREEDY = NEUTRAL.with_sampler("temperature", temperature=0.0)
SAMPLED = RunSettings(full_chain(), max_tokens=24, seed=2**64 - 5)
FULL = (
    SAMPLED.with_sampler("temperature", temperature=1.3)
    .with_sampler("min_p", min_p=0.02)
    .with_sampler("repetition_penalty", penalty=1.2, window=16)
    .with_sampler("presence_penalty", penalty=0.6)
    .with_sampler("frequency_penalty", penalty=-0.35)
)
WORDED = (
    SAMPLED.with_sampler("banned_words", phrases="the\nfox\ne\nlanguage model")
    .with_sampler("logit_bias", pairs="o: 4\n\\n: 2\nth: -100\nword: -1.5\nover: 3")
    .with_sampler("typical", typical_p=0.7)
)
FEW = SAMPLED.with_sampler("top_k", top_k=5)
STATED = {"eos_token_id": 2, "do_sample": True, "temperature": 0.2, "repetition_penalty": 2.0, "min_new_tokens": 99}
SWITCHED = CHATML.replace(
    "<|im_start|>assistant\n{% endif %}",
    "<|im_start|>assistant\n{% if enable_thinking is defined and not enable_thinking %}no {% endif %}{% endif %}",
)
EXAMPLES = (Example("2 + 3", "5"), Example("left", "out", on=False), Example("fox", "dog"))


@dataclass(frozen=True)
class Case:
    """One recorded answer: on which toy, to what, and how."""

    prompt: PromptInput = ASK
    settings: RunSettings = GREEDY
    toy: str = "chat"
    reply_ids: tuple[int, ...] = ()
    stopped_after: int = 10**9


CASES = {
    "greedy": Case(),
    "on the plain path": Case(toy="gpt2"),
    "sampled, nothing cut": Case(settings=NEUTRAL),
    "sampled": Case(settings=SAMPLED),
    "the full chain": Case(settings=FULL),
    "the full chain, continued": Case(PromptInput(TALK), FULL, reply_ids=tuple(range(300, 320))),
    "a penalty on everything": Case(settings=SAMPLED.with_sampler("repetition_penalty", penalty=1.3, window=0)),
    "a penalty, then greedy": Case(settings=GREEDY.with_sampler("frequency_penalty", penalty=1.5)),
    "almost no temperature": Case(settings=SAMPLED.with_sampler("temperature", temperature=0.001)),
    "words banned and biased": Case(settings=WORDED),
    "words banned and biased, continued": Case(PromptInput(TALK), WORDED, reply_ids=tuple(range(300, 310))),
    "words banned and biased, spaces": Case(settings=WORDED, toy="spaces"),
    "the most typical token": Case(settings=SAMPLED.with_sampler("typical", typical_p=0.0)),
    "another order": Case(settings=replace(FULL, chain=FULL.chain[::-1])),
    "everything in the prompt": Case(PromptInput(TALK, "Be brief.", "A fox.\nA dog.", EXAMPLES), SAMPLED),
    "a context alone": Case(PromptInput(FOX, context="A fox."), SAMPLED),
    "a system message": Case(PromptInput((Message("system", "Be kind."), *TALK), "Be brief."), SAMPLED),
    "no system role": Case(PromptInput(TALK, "Be brief.", "A fox.", EXAMPLES), FEW, "no system"),
    "a reply's beginning": Case(PromptInput(FOX, reply_start="Sure, the"), SAMPLED),
    "a continued answer": Case(settings=SAMPLED, reply_ids=(80, 81, 300, 301)),
    "continued behind its end": Case(settings=SAMPLED, reply_ids=(300, 301, 2)),
    "continued inside a character": Case(settings=SAMPLED, reply_ids=(300, 0xF0 + 20)),
    "a stop sequence": Case(settings=replace(SAMPLED, stop=("e", "a", "t"))),
    "no stop sequence met": Case(settings=replace(SAMPLED, stop=("never to be found",))),
    "no template": Case(settings=SAMPLED, toy="raw"),
    "no template, a transcript": Case(PromptInput(TALK, "Be brief.", "A fox.", EXAMPLES), SAMPLED, "raw"),
    "no template, a beginning": Case(PromptInput(TALK, reply_start="Sure,"), SAMPLED, "raw"),
    "spaces before words": Case(settings=FEW, toy="spaces raw"),
    "spaces before words, a beginning": Case(PromptInput(FOX, reply_start="the lazy"), FEW, "spaces"),
    "chat tokens typed": Case(PromptInput((Message("user", TYPED),), TYPED, reply_start=TYPED), SAMPLED),
    "chat tokens typed, spaces": Case(PromptInput((Message("user", TYPED),), TYPED), FEW, "spaces"),
    "chat tokens typed, no template": Case(PromptInput((Message("user", TYPED),)), SAMPLED, "raw"),
    "odd strings": Case(PromptInput((Message("user", ODD),), ODD, reply_start=ODD), SAMPLED),
    "odd strings, no template": Case(PromptInput((Message("user", ODD),), ODD), SAMPLED, "raw"),
    "a switch": Case(PromptInput(FOX, switches=(("enable_thinking", False),)), SAMPLED, "switched"),
    "what fits": Case(PromptInput((*TALK[:2] * 8, *FOX)), replace(SAMPLED, context_length=80)),
    "a full context": Case(settings=replace(SAMPLED, max_tokens=0, context_length=50)),
    "until it stops": Case(settings=replace(SAMPLED, max_tokens=0)),
    "stopped": Case(settings=SAMPLED, stopped_after=5),
    "stopped, and something left out": Case(
        PromptInput((*TALK[:2] * 8, *FOX)), replace(SAMPLED, context_length=80), stopped_after=4
    ),
}

_CHILD = """
import contextlib, io, json, sys
printed = {}
for name, script in json.load(sys.stdin).items():
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(script, name, "exec"), {"__name__": "__main__"})
    printed[name] = out.getvalue()
json.dump(printed, sys.stdout)
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace(Paths(tmp_path_factory.mktemp("home")))
    folder = tmp_path_factory.mktemp("toys")
    toy("llama", folder / "chat", max_position_embeddings=1000)
    (folder / "chat" / "generation_config.json").write_text(json.dumps(STATED))
    toy("gpt2", folder / "gpt2", n_positions=1000)
    toy("llama", folder / "no system", template=NO_SYSTEM_ROLE, max_position_embeddings=1000)
    toy("llama", folder / "raw", template=None, max_position_embeddings=1000)
    toy("llama", folder / "switched", template=SWITCHED, max_position_embeddings=1000)
    for name, template in (("spaces", CHATML), ("spaces raw", None)):
        toy("llama", folder / name, template=template, max_position_embeddings=1000)
        for file in folder.joinpath(name).glob("*token*"):
            file.unlink()
        folder.joinpath(name, "chat_template.jinja").unlink(missing_ok=True)
        tokenizer = metaspace_tokenizer(template)
        tokenizer.save_pretrained(folder / name)
        only_words(folder / name, len(tokenizer))
    for path in sorted(folder.iterdir()):
        outcome(Load(str(path), dtype="float32", threads=1).run(made))
    return made


def only_words(folder: Path, vocabulary: int) -> None:
    """Keep a toy from writing single bytes, which make no text, and what its tokenizer does not know."""
    weights = load_file(folder / "model.safetensors")
    weights["lm_head.weight"][3:259] = 0
    weights["lm_head.weight"][vocabulary:] = 0
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def model_of(workspace: Workspace, toy: str) -> str:
    return next(path for path in workspace.models if Path(path).name == toy)


def run(workspace: Workspace, job: RecordedJob, stop_after: int = 10**9) -> None:
    """Run a job as the engine does, with its record."""
    writer = Writer(workspace.paths.store)
    recorder, telling, tokens = Recorder(writer, "owner", job), Telling(job, workspace), 0
    for event in telling.events():
        recorder.hear(event)
        tokens += isinstance(event, Token)
        telling.stopped = tokens == stop_after
    writer.flush()
    writer.close()


def recorded(workspace: Workspace, id: str) -> Record:
    store = Store(workspace.paths.store)
    try:
        found = history.record(store, id)
    finally:
        store.close()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def records(workspace: Workspace) -> dict[str, Record]:
    for name, case in CASES.items():
        job = Reply(name, model_of(workspace, case.toy), case.prompt, case.settings, case.reply_ids)
        run(workspace, job, case.stopped_after)
    run(workspace, Replies("a row", model_of(workspace, "chat"), ASK, SAMPLED, (5, 6), ("another row",)))
    return {name: recorded(workspace, name) for name in (*CASES, "a row", "another row")}


def printed(scripts: dict[str, str]) -> dict[str, str]:
    """Return what scripts print, run one after the other in a process that knows nothing of this package."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _CHILD], input=json.dumps(scripts), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def answers(records: dict[str, Record]) -> dict[str, str]:
    return printed({name: script_of(record) for name, record in records.items()})


@pytest.mark.parametrize("name", [*CASES, "a row", "another row"])
def test_a_script_prints_the_recorded_answer(name: str, records: dict[str, Record], answers: dict[str, str]) -> None:
    assert records[name].tokens
    assert answers[name] == records[name].text + "\n"


def test_the_cases_end_in_every_way(records: dict[str, Record]) -> None:
    ends = {(record.entry.state, record.entry.stop_reason) for record in records.values()}
    reasons = ("end of turn", "stop sequence", "max tokens", "context full")
    assert ends == {("stopped", ""), *(("done", reason) for reason in reasons)}
    for name in ("what fits", "stopped, and something left out"):
        assert (info := records[name].info) is not None
        assert info.left_out


def test_a_greedy_answer_takes_a_few_lines(records: dict[str, Record]) -> None:
    code = [line for line in script_of(records["greedy"]).splitlines() if line and not line.startswith("#")]
    assert len(code) == 15
    assert not [line for line in code if "processor" in line or "numpy" in line]


def test_only_torch_transformers_and_numpy_are_asked_for(records: dict[str, Record]) -> None:
    for record in records.values():
        tree = ast.parse(script_of(record))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert names <= {"torch", "numpy", "transformers", "pathlib"}


def test_the_script_says_how_the_answer_was_written(records: dict[str, Record]) -> None:
    head = script_of(records["sampled"]).partition("import")[0]
    assert "temperature 0.7, top-k 40, top-p 0.95, seed 18446744073709551611" in head
    assert "as float32 on cpu" in head
    assert "prints the same answer" in head


def test_a_number_format_that_rounds_is_said_to(records: dict[str, Record]) -> None:
    record = records["sampled"]
    assert record.info is not None
    script = script_of(replace(record, info=replace(record.info, dtype="float16", reading_dtype="bfloat16")))
    assert "dtype=torch.float16" in script
    assert "the answer may part" in script
    assert "prints the same answer" not in script


def test_another_device_gets_model_and_prompt(records: dict[str, Record]) -> None:
    record = records["sampled"]
    assert record.info is not None
    script = script_of(replace(record, info=replace(record.info, device="cuda")))
    assert 'dtype=torch.float32).to("cuda")' in script
    assert "prompt = prompt.to(model.device)" in script
    ast.parse(script)


def test_a_folder_at_home_is_named_without_the_home(
    records: dict[str, Record], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    folder = tmp_path / "models" / "a 'toy'"
    script = script_of(replace(records["greedy"], job={**records["greedy"].job, "model": str(folder)}))
    assert """folder = Path.home() / "models/a 'toy'\"""" in script
    assert "from pathlib import Path\n\nimport torch" in script
    assert str(tmp_path) not in script


def test_nothing_in_a_record_becomes_code(records: dict[str, Record]) -> None:
    record = records["greedy"]
    assert record.info is not None
    name = "toy\n1/0\r1/0\x0c\u2028\x00"
    odd = replace(
        record,
        entry=replace(record.entry, model=name),
        info=replace(record.info, versions=(("torch", name),), effective=(name,)),
    )
    before, after = (ast.dump(ast.parse(script_of(each))) for each in (record, odd))
    assert before == after


NOT_YET: dict[str, dict[str, float]] = {
    "dry": {"multiplier": 0.8},
    "mirostat": {"tau": 5.0},
    "top_n_sigma": {"n": 1.0},
    "xtc": {"probability": 0.5},
}
"""Samplers that transformers does not have."""


def test_every_other_sampler_can_be_shown() -> None:
    odd: dict[str, Any] = {"top_k": 7, "repetition_penalty": 1.5, "banned_words": "sky", "logit_bias": "sky: -5"}
    for name, kind in scan(samplers, Sampler).items():
        if name in NOT_YET:
            continue
        sampler = kind(odd.get(name, 0.3))  # type: ignore[call-arg]
        assert not sampler.is_neutral
        assert len(processors(RunSettings((Stage(sampler),)), 1, "cpu")) == 2


@pytest.mark.parametrize("name", NOT_YET)
def test_those_of_ours_alone_are_named(name: str) -> None:
    settings = RunSettings(full_chain()).with_sampler(name, **NOT_YET[name])
    with pytest.raises(UserError, match=name.replace("_", "-")) as caught:
        processors(settings, 1, "cpu")
    assert caught.value.code == "E-SCRIPT"


@dataclass(frozen=True)
class Odd(Sampler):
    """A sampler of tomorrow."""

    @property
    def is_neutral(self) -> bool:
        return False

    @property
    def words(self) -> str:
        return "odd"


def test_a_sampler_that_cannot_be_shown_is_named() -> None:
    with pytest.raises(UserError, match="odd") as caught:
        processors(RunSettings((Stage(Odd()),)), 1, "cpu")
    assert caught.value.code == "E-SCRIPT"


def test_without_an_answer_there_is_no_script(records: dict[str, Record]) -> None:
    with pytest.raises(UserError) as caught:
        script_of(replace(records["greedy"], info=None))
    assert caught.value.code == "E-SCRIPT"


@pytest.mark.slow
def test_the_starters_answer(starter: Path, tmp_path: Path) -> None:
    workspace = Workspace(Paths(tmp_path / "home"))
    outcome(Load(str(starter), dtype="float32").run(workspace))
    prompt = PromptInput((Message("user", "Why is the sky blue?"),), "Answer in one short sentence.")
    run(workspace, Reply("r", str(starter), prompt, replace(FULL, max_tokens=30)))
    record = recorded(workspace, "r")
    assert record.entry.new_tokens > 5
    assert printed({"r": script_of(record)}) == {"r": record.text + "\n"}

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.core.errors import UserError
from playground.core.events import Note, Settled, Token
from playground.core.facts import Message, PromptInfo, PromptInput, ReplyInfo, RunInfo
from playground.core.paths import Paths
from playground.core.plain import dump, load
from playground.engine.forms import Form
from playground.engine.workspace import Workspace
from playground.jobs.load import Load
from playground.jobs.reply import Reply
from playground.jobs.xray import Xray
from playground.recipes.run_settings import RunSettings, full_chain
from tests.stories import outcome, told
from tests.toys import CHATML, toy

ASK = PromptInput((Message("user", "The quick brown fox"),), system="Be brief.")
RUN = RunSettings(full_chain(), max_tokens=20, seed=3).with_sampler("temperature", temperature=1.5)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return resident(tmp_path, CHATML)


def resident(folder: Path, template: str | None) -> Workspace:
    workspace = Workspace(Paths(folder / "home"))
    workspace.threads = 1  # on a busy computer two threads wait for each other at every step
    path = toy("llama", folder / "toy", template=template, max_position_embeddings=2000)
    outcome(Load(str(path), dtype="float32").run(workspace))
    return workspace


def model_of(workspace: Workspace) -> str:
    return next(iter(workspace.models))


def reply(workspace: Workspace, prompt: PromptInput = ASK, **changes: Any) -> tuple[list[Any], ReplyInfo]:
    own = {name: changes.pop(name) for name in ("reply_ids", "conversation", "cache_mb") if name in changes}
    return told(Reply("r", model_of(workspace), prompt, replace(RUN, **changes), **own).run(workspace))


def text_of(events: list[Any]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


def test_an_answer_with_its_facts(workspace: Workspace) -> None:
    events, info = reply(workspace)
    shown = [event for event in events if isinstance(event, Token)]
    assert info.text == text_of(events)
    assert info.new_tokens == len(shown) == 20
    assert (info.stop_reason, info.seed) == ("max tokens", 3)
    assert info.prompt_tokens == len(outcome(Xray(model_of(workspace), ASK).run(workspace)).tokens)
    assert pickle.loads(pickle.dumps([*events, info])) == [*events, info]


def test_what_the_answer_depends_on_is_told_before_its_first_token(workspace: Workspace) -> None:
    events, info = reply(workspace)
    kinds = [type(event) for event in events]
    assert kinds.index(Settled) < kinds.index(Token)
    settled = next(event.info for event in events if isinstance(event, Settled))
    assert settled.effective == ("temperature 1.5", "top-k 40", "top-p 0.95")
    assert (settled.model, settled.seed, settled.dtype) == (model_of(workspace), 3, "float32")
    assert settled.prompt_tokens == info.prompt_tokens
    assert "torch" in dict(settled.versions)


def test_without_a_seed_one_is_drawn_and_gives_the_same_again(workspace: Workspace) -> None:
    events, info = reply(workspace, seed=None)
    again, _ = reply(workspace, seed=info.seed)
    assert text_of(again) == text_of(events)


def test_continuing_is_like_never_having_stopped(workspace: Workspace) -> None:
    events, whole = reply(workspace)
    ids = tuple(event.id for event in events if isinstance(event, Token))
    _, rest = reply(workspace, reply_ids=ids[:8], max_tokens=12)
    assert text_of(events[: -len(ids) + 8]) + rest.text == whole.text
    assert rest.new_tokens == 12


def test_an_end_of_turn_is_taken_off_an_answer_that_goes_on(workspace: Workspace) -> None:
    end = workspace.loaded(model_of(workspace)).tokenizer.eos_token_id
    assert reply(workspace, reply_ids=(300, 301, end))[1].text == reply(workspace, reply_ids=(300, 301))[1].text


def test_a_reply_start_is_read_but_not_repeated(workspace: Workspace) -> None:
    started = replace(ASK, reply_start="jumps over")
    _, info = reply(workspace, started)
    assert not info.text.startswith("jumps")
    assert info.prompt_tokens > reply(workspace)[1].prompt_tokens


def test_decisions_are_told(workspace: Workspace) -> None:
    events, _ = reply(workspace, replace(ASK, system=""))
    notes = [event.text for event in events if isinstance(event, Note)]
    assert notes == ["No system prompt given: the template puts in its own, “You are a toy.”."]


def test_history_that_does_not_fit_is_counted(workspace: Workspace) -> None:
    turns = tuple(Message("user" if i % 2 == 0 else "assistant", f"word {i} " * 8) for i in range(40))
    _, info = reply(workspace, replace(ASK, messages=(*turns, Message("user", "last"))), context_length=300)
    assert info.left_out > 0
    assert info.prompt_tokens <= 280


def test_a_transcript_ends_before_the_next_speaker(tmp_path: Path) -> None:
    workspace = resident(tmp_path, None)
    tokenizer = workspace.loaded(model_of(workspace)).tokenizer
    stop = tokenizer("x\nUser:", add_special_tokens=False)["input_ids"]
    path = model_of(workspace)
    model = workspace.loaded(path).model
    model.forward = scripted(stop)
    plain = Form("float32", model)
    workspace.models[path] = replace(workspace.loaded(path), reading=plain, writing=plain)
    _, info = reply(workspace)
    assert (info.text, info.stop_reason) == ("x", "stop sequence")


def scripted(ids: list[int]) -> Any:
    """A model that says these tokens whatever it reads."""
    import torch

    left = iter(ids)

    def forward(input_ids: Any, past_key_values: Any, **_: Any) -> Any:
        for layer in range(2):
            past_key_values.update(*torch.zeros(2, 1, 2, input_ids.shape[1], 8), layer)
        logits = torch.full((1, 1, 600), -100.0)
        logits[0, 0, next(left)] = 100.0
        return type("Out", (), {"logits": logits})

    return forward


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        (replace(ASK, messages=(Message("user", " "),)), "E-EMPTY"),
        (replace(ASK, messages=(Message("user", "word " * 4000),)), "E-CONTEXT"),
    ],
)
def test_prompts_that_cannot_be_answered(workspace: Workspace, prompt: PromptInput, code: str) -> None:
    for story in (
        Reply("r", model_of(workspace), prompt, RUN).run(workspace),
        Xray(model_of(workspace), prompt).run(workspace),
    ):
        with pytest.raises(UserError) as caught:
            told(story)
        assert caught.value.code == code


def test_a_model_that_is_not_loaded_is_named(workspace: Workspace) -> None:
    with pytest.raises(UserError) as caught:
        told(Reply("r", "elsewhere", ASK, RUN).run(workspace))
    assert caught.value.code == "E-NO-MODEL"


def test_jobs_round_trip_through_json_and_pickle() -> None:
    for job in (Reply("r", "m", ASK, RUN, (1, 2)), Xray("m", ASK, 512, 20)):
        assert load(dump(job)) == job
        assert pickle.loads(pickle.dumps(job)) == job


def test_the_xray_shows_what_the_reply_reads(workspace: Workspace) -> None:
    loaded = workspace.loaded(model_of(workspace))
    assert loaded.tokenizer is not loaded.glance_tokenizer
    info = outcome(Xray(model_of(workspace), ASK, context_length=200, room=50).run(workspace))
    assert isinstance(info, PromptInfo)
    assert info.context_length == 200
    assert pickle.loads(pickle.dumps(info)) == info


def test_the_next_turn_reads_only_what_is_new(workspace: Workspace) -> None:
    _, first = reply(workspace, conversation="chat")
    longer = replace(ASK, messages=(*ASK.messages, Message("assistant", first.text), Message("user", "And then?")))
    asked = outcome(Xray(model_of(workspace), longer).run(workspace))
    _, second = reply(workspace, longer, conversation="chat")
    _, anew = reply(workspace, longer, conversation="chat", cache_mb=0)
    assert asked.reusable == second.reused_tokens > first.prompt_tokens - 2
    assert second.text == anew.text
    assert second.saved_seconds > 0
    assert reply(workspace, longer, conversation="chat")[1].reused_tokens == 0  # nothing was kept


def test_another_system_prompt_empties_the_memory(workspace: Workspace) -> None:
    reply(workspace)
    kept = outcome(Xray(model_of(workspace), ASK).run(workspace))
    changed = outcome(Xray(model_of(workspace), replace(ASK, system="Ramble.")).run(workspace))
    assert kept.reusable == len(kept.tokens) - 1
    assert changed.reusable < kept.reusable / 2


def test_what_was_read_stays_when_the_answer_is_stopped(workspace: Workspace) -> None:
    story = Reply("r", model_of(workspace), ASK, RUN).run(workspace)
    while not isinstance(next(story), Token):
        pass
    story.close()
    assert reply(workspace)[1].reused_tokens == len(outcome(Xray(model_of(workspace), ASK).run(workspace)).tokens) - 1


def test_the_basis_names_model_template_and_prompt(workspace: Workspace) -> None:
    def basis(**changes: Any) -> RunInfo:
        return next(event.info for event in reply(workspace, **changes)[0] if isinstance(event, Settled))

    first, again = basis(seed=1), basis(seed=2)
    assert all(len(value) == 16 for value in (first.model_hash, first.template_hash, first.prompt_hash))
    assert (first.path_kind, first.batch, first.threads, first.reused_tokens) == ("lean", 1, 1, 0)
    assert again.reused_tokens == again.prompt_tokens - 1
    assert (again.prompt_hash, again.seed) == (first.prompt_hash, 2)
    assert basis(prompt=replace(ASK, system="Ramble.")).prompt_hash != first.prompt_hash

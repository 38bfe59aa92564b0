"""An engine that writes without a model: the real host, lanes, record and jobs; without torch it starts fast."""

from __future__ import annotations

import itertools
import os
import signal
import time
from typing import Any

from playground.core.errors import UserError
from playground.core.events import Progress, Settled, Story
from playground.core.facts import LoadedInfo, ModelInfo, PromptInfo, ReplyInfo, RunInfo
from playground.core.paths import Paths
from playground.jobs.list_models import ListModels
from playground.jobs.load import Load
from playground.jobs.reply import Reply
from playground.jobs.xray import Xray
from tests.jobs.helpers import Toy, token

PAUSE = 0.002  # seconds between two tokens

MODEL = LoadedInfo(ModelInfo("models/light", "Light", "safetensors", context=10_000_000), "float32", "cpu", 1, 0.1)


def prepare(paths: Paths) -> Toy:
    """Let the jobs of this process tell stories of their own."""
    for kind, story in ((Reply, _reply), (Load, _load), (Xray, _xray), (ListModels, _none)):
        kind.run = story  # type: ignore[method-assign, assignment]
    return Toy(paths)


def prepare_full(paths: Paths) -> Toy:
    """A computer with too little memory: who loads all the same is killed by the system."""
    prepare(paths)
    Load.run = _kill_me  # type: ignore[method-assign, assignment]
    return Toy(paths)


def prepare_here(paths: Paths) -> Toy:
    """Open a workspace in a thread of the test, which loads nothing: no job is changed."""
    return Toy(paths)


def _reply(job: Reply, workspace: Any) -> Story[ReplyInfo]:
    """Count: each token tells its number, so that a missing one is seen."""
    yield Settled(RunInfo(job.model))
    yield Progress(1, 1, "Reading the prompt", "tokens")
    most = job.settings.max_tokens or 10**9
    for step in itertools.islice(itertools.count(), most):
        time.sleep(PAUSE)
        yield token(step, f"{step} ")
    return ReplyInfo("".join(f"{step} " for step in range(most)), "max tokens", 1, most, 0.1, 0.1, 7)


def _load(job: Load, workspace: Any) -> Story[LoadedInfo]:
    yield Progress(0, 1)
    return MODEL


def _kill_me(job: Load, workspace: Any) -> Story[LoadedInfo]:
    yield Progress(0, 1)
    if not job.forced:
        raise UserError("“Light” needs 9.1 GB as float32; 3.2 GB are free.", "Unload a model.", "E-TOO-LARGE")
    os.kill(os.getpid(), signal.SIGKILL)
    return MODEL


def _xray(job: Xray, workspace: Any) -> Story[PromptInfo]:
    yield None
    return PromptInfo((), (), 10_000_000)


def _none(job: ListModels, workspace: Any) -> Story[tuple[ModelInfo, ...]]:
    yield None
    return ()

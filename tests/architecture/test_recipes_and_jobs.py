"""Every recipe and every job, tested by existing."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pickle
import pkgutil
from typing import Any, get_args, get_type_hints

import pytest

import playground.jobs
import playground.recipes
from playground.core.errors import UserError
from playground.core.options import Option, options_of
from playground.core.plain import dump, load
from playground.core.registry import class_of, kind_of, scan
from playground.jobs.job import Job, Lane
from playground.recipes.run_settings import RunSettings, full_chain

SPINE = {"job", "host", "narrating", "orders", "recording", "answering", "looking", "repeating"}
"""Modules beside the jobs that are none."""


def _recipes() -> list[type]:
    found: list[type] = []
    for info in pkgutil.iter_modules(playground.recipes.__path__):
        if info.ispkg:
            package = importlib.import_module(f"playground.recipes.{info.name}")
            kind = importlib.import_module(f"playground.recipes.{info.name.removesuffix('s')}")
            base = next(cls for name, cls in vars(kind).items() if name.lower() == info.name.removesuffix("s"))
            found += scan(package, base).values()
    return found


JOBS = [
    class_of(f"jobs/{info.name}") for info in pkgutil.iter_modules(playground.jobs.__path__) if info.name not in SPINE
]
RECIPES = _recipes()
CHOICES = [*JOBS, *RECIPES]


def sample(cls: type) -> Any:
    """Make one: the defaults, and something for every field without one."""
    hints = get_type_hints(cls)
    needed = [
        field
        for field in dataclasses.fields(cls)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    return cls(**{field.name: _something(hints[field.name]) for field in needed})


def _something(hint: Any) -> Any:
    if hint is RunSettings:
        return RunSettings(full_chain(), seed=2**64 - 1, stop=("\n",))
    if dataclasses.is_dataclass(hint):
        return sample(hint)  # type: ignore[arg-type]
    return {str: "Größe 🙂", int: 7, float: 0.5, bool: True}.get(hint, ())


def test_there_are_some() -> None:
    assert {"jobs/load", "jobs/reply", "samplers/temperature"} <= {kind_of(cls) for cls in CHOICES}


@pytest.mark.parametrize("cls", CHOICES, ids=kind_of)
class TestChoice:
    """What holds for jobs and recipes alike."""

    def test_is_frozen_and_explained(self, cls: type) -> None:
        choice = sample(cls)
        assert cls.__doc__
        assert not cls.__doc__.startswith(f"{cls.__name__}("), "the help is its docstring"
        with pytest.raises(dataclasses.FrozenInstanceError):
            choice.anything = 1

    def test_travels_by_pickle_and_by_json(self, cls: type) -> None:
        choice = sample(cls)
        assert pickle.loads(pickle.dumps(choice)) == choice
        assert load(json.loads(json.dumps(dump(choice)))) == choice

    def test_is_found_by_its_kind(self, cls: type) -> None:
        assert class_of(kind_of(cls)) is cls

    def test_names_a_field_it_does_not_know(self, cls: type) -> None:
        with pytest.raises(UserError, match="no_such_field"):
            load({**dump(sample(cls)), "no_such_field": 1})


OPTIONS = [(cls, opt) for cls in CHOICES for opt in options_of(cls)]


@pytest.mark.parametrize(("cls", "opt"), OPTIONS, ids=lambda value: value.name if isinstance(value, Option) else "")
class TestOption:
    """What holds for every option of a job or recipe."""

    def test_is_explained(self, cls: type, opt: Option) -> None:
        assert len(opt.help) > 10
        assert opt.help.endswith(".")

    def test_its_default_and_neutral_value_are_allowed(self, cls: type, opt: Option) -> None:
        choice = sample(cls)
        for value in (opt.default, opt.neutral):
            if value is not None:
                dataclasses.replace(choice, **{opt.name: value})

    def test_outside_its_limits_it_is_refused_by_name(self, cls: type, opt: Option) -> None:
        outside = [] if opt.low is None else [opt.low - 1]
        outside += [] if opt.high is None else [opt.high + 1]
        for value in outside:
            with pytest.raises(UserError, match=opt.name):
                dataclasses.replace(sample(cls), **{opt.name: value})


@pytest.mark.parametrize("cls", JOBS, ids=kind_of)
def test_every_job_has_a_lane_a_label_and_a_patience(cls: type[Job]) -> None:
    assert cls.lane in get_args(Lane)
    assert cls.label != Job.label, "the activity bar would not say what it does"
    assert cls.step_seconds > 0

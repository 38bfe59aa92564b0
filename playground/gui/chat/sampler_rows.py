"""The controls of the sampling chain: one row per option, made from the recipes themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from playground.core.errors import UserError
from playground.core.options import Option, options_of
from playground.core.registry import kind_of
from playground.gui.theme import Theme
from playground.gui.widgets.parameter_row import ParameterRow
from playground.gui.widgets.text_row import TextRow
from playground.recipes.sampler import Stage

Row = ParameterRow | TextRow
Key = str
"""A value's address, as in "top_p.top_p": the stage's file and the option's name."""


class SamplerRows(QObject):
    """Keeps one chain and its rows in step, and knows where each value comes from."""

    changed = Signal()

    def __init__(self, theme: Theme, chain: tuple[Stage, ...]) -> None:
        super().__init__()
        self._chain = list(chain)
        self._sources: dict[Key, str] = {}
        self._fallback: Callable[[Key], tuple[Any, str]] = lambda key: (self._default(key), "default")
        self.rows: dict[Key, Row] = {}
        self._at: dict[Key, int] = {}
        for place, stage in enumerate(self._chain):
            name = stage_name(stage)
            for first, opt in enumerate(options_of(type(stage.sampler))):
                self._add(theme, f"{name}.{opt.name}", place, opt, first == 0)

    def chain(self) -> tuple[Stage, ...]:
        return tuple(self._chain)

    def sources(self) -> dict[Key, str]:
        return dict(self._sources)

    def shelf(self, name: str) -> list[Row]:
        """Return the rows of one shelf, in the order of the chain."""
        return [row for key, row in self.rows.items() if self._chain[self._at[key]].sampler.shelf == name]

    def set_fallback(self, fallback: Callable[[Key], tuple[Any, str]]) -> None:
        """Say what a value returns to when it is reset: (value, source)."""
        self._fallback = fallback

    def set_chain(self, chain: tuple[Stage, ...], sources: Mapping[Key, str]) -> None:
        """Show another chain; stages it does not know keep their defaults."""
        given = {stage_name(stage): stage for stage in chain}
        self._chain = [given.get(stage_name(stage), stage) for stage in self._chain]
        self._sources = dict(sources)
        for row in self.rows.values():
            if isinstance(row, TextRow):
                row.forget()
        self._show()

    def reset_unset(self) -> None:
        """Give every value nobody has set what it falls back to now, for example after another model was loaded."""
        for key in self.rows:
            if self._sources.get(key, "default") in ("default", "model"):
                self._put(key, *self._fallback(key))
        self._show()

    def _add(self, theme: Theme, key: Key, place: int, opt: Option, switchable: bool) -> None:
        row = (
            TextRow(opt, theme, switch=switchable, check=lambda text: self._fault(key, text))
            if opt.type is str
            else ParameterRow(opt, theme, switch=switchable)
        )
        row.setObjectName(key)
        self._at[key], self.rows[key] = place, row
        row.value_changed.connect(lambda value: self._on_value(key, value))
        row.reset_requested.connect(lambda: self._on_reset(key))
        if switchable:
            row.switched.connect(lambda on: self._on_switch(key, on))

    def _on_value(self, key: Key, value: Any) -> None:
        self._put(key, value, "you")
        self._show()
        self.changed.emit()

    def _on_reset(self, key: Key) -> None:
        self._put(key, *self._fallback(key))
        self._show()
        self.changed.emit()

    def _on_switch(self, key: Key, on: bool) -> None:
        place = self._at[key]
        self._chain[place] = replace(self._chain[place], on=on)
        self._show()
        self.changed.emit()

    def _fault(self, key: Key, value: Any) -> str:
        """Return what a stage has against a value, in words, or nothing."""
        try:
            replace(self._chain[self._at[key]].sampler, **{key.split(".")[1]: value})
        except UserError as error:
            return f"{error.message} {error.hint}".strip()
        return ""

    def _put(self, key: Key, value: Any, source: str) -> None:
        place, field = self._at[key], key.split(".")[1]
        stage = self._chain[place]
        self._chain[place] = replace(stage, sampler=replace(stage.sampler, **{field: value}))
        self._sources[key] = source

    def _show(self) -> None:
        for key, row in self.rows.items():
            stage = self._chain[self._at[key]]
            row.set_value(getattr(stage.sampler, key.split(".")[1]), self._sources.get(key, "default"))
            row.set_on(stage.on)

    def _default(self, key: Key) -> Any:
        stage = self._chain[self._at[key]]
        return next(o.default for o in options_of(type(stage.sampler)) if o.name == key.split(".")[1])


def stage_name(stage: Stage) -> str:
    """Return the file name of a stage's sampler: its identity."""
    return kind_of(type(stage.sampler)).split("/")[1]

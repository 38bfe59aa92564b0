"""What the GUI knows and more than one panel needs. Written on the GUI thread only."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from playground.core.events import Memory
from playground.core.facts import LoadedInfo, ModelInfo
from playground.core.settings import Settings


@dataclass(frozen=True)
class Bringing:
    """A model on its way: being fetched, converted or loaded."""

    path: str
    title: str  # e.g. "Loading SmolLM2-135M-Instruct"
    text: str = ""  # the stage
    share: float | None = None  # between 0 and 1; None: unknown
    detail: str = ""  # bytes and remaining time


class Session(QObject):
    """The shared state, one signal per fact."""

    model_changed = Signal(object)  # LoadedInfo | None
    models_changed = Signal(object)  # tuple[LoadedInfo, ...]
    shelf_changed = Signal(object)  # tuple[ModelInfo, ...]
    bringing_changed = Signal(object)  # Bringing | None
    memory_changed = Signal(object)  # Memory | None
    settings_changed = Signal(object)  # Settings

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._model: LoadedInfo | None = None
        self._models: tuple[LoadedInfo, ...] = ()
        self._shelf: tuple[ModelInfo, ...] | None = None
        self._bringing: Bringing | None = None
        self._memory: Memory | None = None
        self._settings = settings

    @property
    def model(self) -> LoadedInfo | None:
        """The model that answers next."""
        return self._model

    @model.setter
    def model(self, model: LoadedInfo | None) -> None:
        if model != self._model:
            self._model = model
            self.model_changed.emit(model)

    @property
    def models(self) -> tuple[LoadedInfo, ...]:
        """All resident models."""
        return self._models

    @models.setter
    def models(self, models: tuple[LoadedInfo, ...]) -> None:
        if models != self._models:
            self._models = models
            self.models_changed.emit(models)

    @property
    def shelf(self) -> tuple[ModelInfo, ...] | None:
        """The models on this computer; None until somebody has looked."""
        return self._shelf

    @shelf.setter
    def shelf(self, shelf: tuple[ModelInfo, ...] | None) -> None:
        if shelf != self._shelf:
            self._shelf = shelf
            self.shelf_changed.emit(shelf)

    @property
    def bringing(self) -> Bringing | None:
        """The model on its way, if any."""
        return self._bringing

    @bringing.setter
    def bringing(self, bringing: Bringing | None) -> None:
        if bringing != self._bringing:
            self._bringing = bringing
            self.bringing_changed.emit(bringing)

    @property
    def memory(self) -> Memory | None:
        return self._memory

    @memory.setter
    def memory(self, memory: Memory | None) -> None:
        if memory != self._memory:
            self._memory = memory
            self.memory_changed.emit(memory)

    @property
    def settings(self) -> Settings:
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        if settings != self._settings:
            self._settings = settings
            self.settings_changed.emit(settings)

"""Run settings: preset, the sampling chain, and the output."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.errors import UserError
from playground.core.facts import LoadedInfo
from playground.core.options import options_of
from playground.core.paths import Paths
from playground.gui.chat.output_rows import OutputRows
from playground.gui.chat.sampler_rows import SamplerRows, stage_name
from playground.gui.model_words import forms_in_words, path_in_words
from playground.gui.setup import Setup
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.collapsible import Collapsible
from playground.recipes.presets import (
    MODELS_OWN,
    Preset,
    apply,
    delete_preset,
    export_preset,
    import_preset,
    preset_of,
    presets,
    save_preset,
)
from playground.recipes.run_settings import RunSettings, effective, full_chain

NEUTRAL = "Neutral"


class RunPane(QScrollArea):
    """Edits the run settings of a setup; the prompt parts pass through untouched."""

    changed = Signal()
    problem = Signal(object)  # UserError
    notice = Signal(str)

    def __init__(self, theme: Theme, paths: Paths) -> None:
        super().__init__()
        self._theme, self._paths = theme, paths
        self._model: LoadedInfo | None = None
        self._preset = ""
        self._filling = False
        self._known: dict[str, Preset] = {}
        self.rows = SamplerRows(theme, full_chain())
        self.output = OutputRows(theme)
        self.preset = QComboBox()
        self.neutralize = QPushButton("Neutralize samplers")
        self.model_line = QLabel()
        self.effective = QLabel()
        self._arrange()
        self._connect()
        self.refresh_presets()
        self.rows.set_fallback(self._fallback)

    # -- value -------------------------------------------------------------------------------------------------

    def value(self, setup: Setup) -> Setup:
        """Return `setup` with the run settings as they stand here."""
        run = self.output.value(replace(setup.run, chain=self.rows.chain()))
        sources = tuple(sorted(self.rows.sources().items()))
        return replace(setup, run=run, answers=self.output.answer_count(), preset=self._preset, sources=sources)

    def set_value(self, setup: Setup) -> None:
        """Show other run settings."""
        self._filling = True
        self._preset = setup.preset
        self.rows.set_chain(setup.run.chain, dict(setup.sources))
        self.rows.reset_unset()
        self.output.set_value(setup.run)
        self.output.set_answer_count(setup.answers)
        self._filling = False
        self._show_preset()
        self._show_effective()

    def show_model(self, info: LoadedInfo | None) -> None:
        """Take over the values this model's files recommend, where the user has set none."""
        self._model = info
        self.output.show_model(info)
        self.rows.reset_unset()
        words = f"{info.model.name} · {forms_in_words(info)} · {info.path_kind} path" if info else "No model loaded"
        self.model_line.setText(words)
        self.model_line.setToolTip(path_in_words(info) if info else "")
        self.model_line.setAccessibleDescription(self.model_line.toolTip())
        self._show_effective()

    # -- presets -----------------------------------------------------------------------------------------------

    def refresh_presets(self) -> None:
        """Read the library again."""
        was, self._filling = self._filling, True
        self._known = {preset.name: preset for preset in presets(self._paths)}
        self.preset.clear()
        self.preset.addItem("No preset")
        self.preset.addItems(list(self._known))
        self._filling = was
        self._show_preset()

    def use_preset(self, name: str) -> None:
        """Set every sampler to what a preset says."""
        preset = self._known[name]
        defaults = dict(self._model.defaults) if self._model is not None else {}
        run = apply(preset, self.output.value(replace(Setup().run, chain=self.rows.chain())), defaults)
        source = "model" if name == MODELS_OWN else "preset"
        self._preset = name
        self.rows.set_chain(run.chain, dict.fromkeys(self.rows.rows, source))
        self._show_preset()
        self._on_edit()

    def save_preset(self, name: str) -> None:
        """Keep the present sampling values as a preset of the user's."""
        run = self.output.value(replace(Setup().run, chain=self.rows.chain()))
        save_preset(self._paths, preset_of(name.strip(), run))
        self.refresh_presets()
        self.use_preset(name.strip())
        self.notice.emit(f"Preset “{name.strip()}” saved.")

    def _on_preset(self) -> None:
        if self._filling:
            return
        name = self.preset.currentText().removesuffix(" · modified *")
        if name in self._known:
            self.use_preset(name)
        else:
            self._preset = ""
            self._on_edit()

    def _show_preset(self) -> None:
        """Show the preset's name, with a mark when a value has been changed since."""
        was, self._filling = self._filling, True
        changed = "you" in self.rows.sources().values() or not all(stage.on for stage in self.rows.chain())
        modified = bool(self._preset) and changed
        for at in range(1, self.preset.count()):
            plain = self.preset.itemText(at).removesuffix(" · modified *")
            self.preset.setItemText(at, f"{plain} · modified *" if modified and plain == self._preset else plain)
        names = [self.preset.itemText(at).removesuffix(" · modified *") for at in range(self.preset.count())]
        self.preset.setCurrentIndex(names.index(self._preset) if self._preset in names else 0)
        self._filling = was

    def _preset_menu(self, button: QToolButton) -> None:
        chosen = self._known.get(self._preset)
        own = chosen is not None and not chosen.ours
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Save as preset…", self._on_save)
        menu.addAction("Import a preset…", self._on_import)
        menu.addAction("Export this preset…", self._on_export).setEnabled(chosen is not None)
        menu.addAction("Delete this preset", self._on_delete).setEnabled(own)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _on_save(self) -> None:
        name, fine = QInputDialog.getText(self, "Save as preset", "Name of the preset:")
        if fine:
            self._try(self.save_preset, name)

    def take_preset(self, file: Path) -> None:
        """Import a preset from a file and use it."""
        preset = import_preset(self._paths, file)
        self.refresh_presets()
        self.use_preset(preset.name)
        self.notice.emit(f"Preset “{preset.name}” imported.")

    def _on_import(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "Import a preset", "", "Presets (*.json)")
        if file:
            self._try(self.take_preset, Path(file))

    def _on_export(self) -> None:
        file, _ = QFileDialog.getSaveFileName(self, "Export the preset", f"{self._preset}.json", "Presets (*.json)")
        if file:
            self._try(export_preset, self._known[self._preset], Path(file))

    def _on_delete(self) -> None:
        self._try(delete_preset, self._paths, self._preset)
        self._preset = ""
        self.refresh_presets()

    def _try(self, act: Any, *arguments: Any) -> None:
        try:
            act(*arguments)
        except UserError as error:
            self.problem.emit(error)
        except OSError as error:
            self.problem.emit(UserError(f"The file could not be used: {error.strerror}.", code="E-FILE"))

    # -- the rest ----------------------------------------------------------------------------------------------

    def _fallback(self, key: str) -> tuple[Any, str]:
        """Return what a value goes back to: the preset's, the model file's, or our default."""
        stage, field = key.split(".")
        defaults = dict(self._model.defaults) if self._model is not None else {}
        first = options_of(type(self._sampler(stage)))[0].name
        if self._preset in self._known:
            source = "model" if self._preset == MODELS_OWN else "preset"
            return self._in_preset(self._preset, key), source
        if stage in defaults and field == first:  # generation_config calls a stage as its file is called
            return self._in_preset(MODELS_OWN, key), "model"
        return next(o.default for o in options_of(type(self._sampler(stage))) if o.name == field), "default"

    def _in_preset(self, name: str, key: str) -> Any:
        """Return what a preset sets a value to."""
        stage, field = key.split(".")
        defaults = dict(self._model.defaults) if self._model is not None else {}
        run = apply(self._known[name], RunSettings(full_chain()), defaults)
        return getattr(next(s.sampler for s in run.chain if stage_name(s) == stage), field)

    def _sampler(self, name: str) -> Any:
        return next(stage.sampler for stage in self.rows.chain() if stage_name(stage) == name)

    def _on_edit(self) -> None:
        self._show_effective()
        if not self._filling:
            self._show_preset()
            self.changed.emit()

    def _show_effective(self) -> None:
        run = self.output.value(replace(Setup().run, chain=self.rows.chain()))
        self.effective.setText(" → ".join(effective(run)) or "Nothing: the model's own probabilities.")
        self.output.show_greedy(any(sampler.is_final for sampler in run.working()))

    def _arrange(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(14)
        self.model_line.setProperty("kind", "quiet")
        self.model_line.setWordWrap(True)
        column.addWidget(self.model_line)
        column.addWidget(self._preset_row())
        column.addWidget(self._section("Sampling", True, *self.rows.shelf("basic"), self.neutralize))
        column.addWidget(self._section("More samplers", False, *self.rows.shelf("more")))
        column.addWidget(self._section("Output", True, self.output))
        self.effective.setProperty("kind", "quiet")
        self.effective.setWordWrap(True)
        self.effective.setToolTip("The settings exactly as they are applied, in this order")
        column.addWidget(self._section("As applied", True, self.effective))
        column.addStretch(1)
        self.setWidget(body)

    def _preset_row(self) -> QWidget:
        self.preset.setAccessibleName("Preset")
        self.preset.setObjectName("preset")
        more = IconButton("ellipsis", "Save, import, export or delete presets", self._theme)
        more.setAccessibleName("Presets menu")
        more.clicked.connect(lambda: self._preset_menu(more))
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.preset, 1)
        row.addWidget(more)
        return holder

    def _section(self, title: str, is_open: bool, *widgets: QWidget) -> Collapsible:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in widgets:
            layout.addWidget(widget)
        section = Collapsible(title, self._theme)
        section.set_body(body)
        section.set_open(is_open)
        section.setObjectName(f"section.{title}")
        return section

    def _connect(self) -> None:
        self.neutralize.setObjectName("neutralize")
        self.neutralize.setToolTip("Temperature 1, everything else off: the model's own probabilities")
        self.neutralize.clicked.connect(lambda: self.use_preset(NEUTRAL))
        self.preset.currentIndexChanged.connect(lambda _: self._on_preset())
        self.rows.changed.connect(self._on_edit)
        self.output.changed.connect(self._on_edit)

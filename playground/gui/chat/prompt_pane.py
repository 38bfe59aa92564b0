"""The prompt editor: role, system prompt, context, examples, variables, and how the reply starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.errors import UserError
from playground.core.facts import LoadedInfo, PromptInfo
from playground.core.paths import Paths
from playground.core.roles import Role, delete_role, read_role, roles, save_role
from playground.gui.chat.examples_table import ExamplesTable
from playground.gui.setup import Setup
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import IconButton
from playground.gui.widgets.collapsible import Collapsible
from playground.gui.widgets.text_box import TextBox

NO_ROLE = "No role"


class PromptPane(QScrollArea):
    """Edits the prompt parts of a setup; the run settings pass through untouched."""

    changed = Signal()
    problem = Signal(object)  # UserError
    notice = Signal(str)

    def __init__(self, theme: Theme, paths: Paths) -> None:
        super().__init__()
        self._theme, self._paths = theme, paths
        self._setup = Setup()
        self._filling = False
        self._talk = ""  # the messages and the draft: variables may stand there too
        self._variables: dict[str, QLineEdit] = {}
        self._values: dict[str, str] = {}  # of variables, those that have no field just now included
        self._switches: dict[str, QCheckBox] = {}
        self._own_switches: dict[str, bool] = {}  # as the model's template has them
        self._known: dict[str, Role] = {}
        self.role = QComboBox()
        self.system = TextBox("System prompt", "What the model should be and how it should answer", 3, 12)
        self.context = TextBox("Context", "Text the answer should be based on. Drop a text file here.", 2, 10)
        self.examples = ExamplesTable()
        self.reply_start = QLineEdit()
        self._variable_rows = QFormLayout()
        self._switch_rows = QVBoxLayout()
        self._arrange()
        self._connect()
        self.refresh_roles()

    # -- value -------------------------------------------------------------------------------------------------

    def value(self, setup: Setup) -> Setup:
        """Return `setup` with the prompt parts as they stand here."""
        return replace(
            setup,
            system=self.system.toPlainText(),
            role=self._setup.role,
            context=self.context.toPlainText(),
            examples=self.examples.value(),
            variables=tuple((name, field.text()) for name, field in self._variables.items()),
            reply_start=self.reply_start.text(),
            switches=tuple((n, box.isChecked()) for n, box in self._switches.items()) or self._setup.switches,
        )

    def set_value(self, setup: Setup) -> None:
        """Show other prompt parts."""
        self._filling = True
        self._setup = setup
        self.system.set_text(setup.system)
        self.context.set_text(setup.context)
        self.examples.set_value(setup.examples)
        self.reply_start.setText(setup.reply_start)
        at = self.role.findText(setup.role)
        self.role.setCurrentIndex(max(0, at))
        self._values = dict(setup.variables)
        self._show_variables(afresh=True)
        for name, box in self._switches.items():
            box.setChecked(dict(setup.switches).get(name, self._own_switches[name]))
        self._filling = False

    def show_model(self, info: LoadedInfo | None) -> None:
        """Show what this model's template adds: its own system prompt and its switches."""
        own = info.default_system if info is not None else ""
        words = f"The model's own: {own}" if own else "What the model should be and how it should answer"
        self.system.setPlaceholderText(words)
        _empty(self._switch_rows)
        chosen = dict(self._setup.switches)
        self._switches = {}
        self._own_switches = dict(info.switches) if info is not None else {}
        for name, on in self._own_switches.items():
            box = QCheckBox(name.replace("_", " ").capitalize())
            box.setToolTip(f"A switch of this model's chat template ({name})")
            box.setChecked(chosen.get(name, on))
            box.toggled.connect(lambda _: self._on_edit())
            self._switches[name] = box
            self._switch_rows.addWidget(box)
        self._switch_section.setVisible(bool(self._switches))

    def show_prompt(self, info: PromptInfo | None) -> None:
        """Show what the examples cost."""
        self.examples.set_costs(info.example_costs if info is not None else ())

    def show_talk(self, text: str) -> None:
        """Offer a field for each variable of the messages and the draft too."""
        self._talk = text
        self._show_variables()

    # -- roles -------------------------------------------------------------------------------------------------

    def refresh_roles(self) -> None:
        """Read the library again."""
        was = self._filling
        self._filling = True
        self._known = {role.name: role for role in roles(self._paths)}
        self.role.clear()
        self.role.addItem(NO_ROLE)
        for role in self._known.values():
            self.role.addItem(role.name)
            self.role.setItemData(self.role.count() - 1, role.description or role.system, Qt.ItemDataRole.ToolTipRole)
        self.role.setCurrentIndex(max(0, self.role.findText(self._setup.role)))
        self._filling = was

    def take_role(self, file: Path) -> None:
        """Import a role from a file into the library and use it."""
        role = read_role(file)
        save_role(self._paths, role)
        self._setup = replace(self._setup, role="")
        self.refresh_roles()
        self.role.setCurrentText(role.name)
        self.notice.emit(f"Role “{role.name}” imported.")

    def _on_role(self) -> None:
        if self._filling:
            return
        role = self._known.get(self.role.currentText())
        self._setup = replace(self._setup, role=role.name if role else "")
        self.system.replace_text(role.system if role else "")
        self._on_edit()

    def _on_save_role(self) -> None:
        name, fine = QInputDialog.getText(self, "Save as role", "Name of the role:", text=self._setup.role)
        if fine:
            self._try(self.save_role, name)

    def save_role(self, name: str) -> None:
        """Keep the present system prompt as a role of the user's."""
        save_role(self._paths, Role(name.strip(), self.system.toPlainText()))
        self._setup = replace(self._setup, role=name.strip())
        self.refresh_roles()
        self.changed.emit()
        self.notice.emit(f"Role “{name.strip()}” saved.")

    def _on_import(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "Import a role", "", "Roles (*.json)")
        if file:
            self._try(self.take_role, Path(file))

    def delete_role(self, name: str) -> None:
        """Take a role of the user's out of the library; the system prompt stays as it is."""
        delete_role(self._paths, name)
        self._setup = replace(self._setup, role="")
        self.refresh_roles()
        self.changed.emit()
        self.notice.emit(f"Role “{name}” deleted.")

    def _role_menu(self, button: QToolButton) -> None:
        menu = QMenu(self)
        menu.addAction("Save the system prompt as a role…", self._on_save_role).setEnabled(
            bool(self.system.toPlainText().strip())
        )
        menu.addAction("Import a role…", self._on_import)
        own = self._known.get(self.role.currentText())
        name = self.role.currentText()
        delete = menu.addAction("Delete this role", lambda: self._try(self.delete_role, name))
        delete.setEnabled(own is not None and not own.ours)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _try(self, act: Callable[[Any], None], what: object) -> None:
        try:
            act(what)
        except UserError as error:
            self.problem.emit(error)
        except OSError as error:
            self.problem.emit(UserError(f"The role cannot be written: {error.strerror}.", code="E-ROLE"))

    # -- the rest ----------------------------------------------------------------------------------------------

    def _show_variables(self, afresh: bool = False) -> None:
        names = self.value(self._setup).variable_names(self._talk)
        if names == tuple(self._variables) and not afresh:
            return
        while self._variable_rows.rowCount():
            row = self._variable_rows.takeRow(0)
            for old in (row.labelItem.widget(), row.fieldItem.widget()):
                if old is not None:
                    old.hide()
                    old.deleteLater()  # later: its own signal may be what brought us here
        self._variables = {name: self._variable_field(name) for name in names}
        self._variable_section.setVisible(bool(names))

    def _variable_field(self, name: str) -> QLineEdit:
        field = QLineEdit(self._values.get(name, ""))
        field.setAccessibleName(f"Value of {name}")
        field.setPlaceholderText("its value")
        field.textChanged.connect(lambda text: self._on_variable(name, text))
        self._variable_rows.addRow(name, field)
        return field

    def _on_variable(self, name: str, text: str) -> None:
        self._values[name] = text
        self._on_edit()

    def _on_edit(self) -> None:
        if self._filling:
            return
        self._show_variables()
        self.changed.emit()

    def _arrange(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(14)
        column.addWidget(self._section("Role and system prompt", self._role_row(), self.system))
        column.addWidget(self._section("Context", _hint("Goes after the system prompt."), self.context))
        column.addWidget(
            self._section("Examples", _hint("Shown to the model as earlier exchanges (few-shot)."), self.examples)
        )
        self._variable_section = self._section("Variables", _holder(self._variable_rows))
        self._variable_section.hide()
        column.addWidget(self._variable_section)
        column.addWidget(
            self._section("Start the reply with", _hint("The answer begins with these words."), self.reply_start)
        )
        self._switch_section = self._section("Template switches", _holder(self._switch_rows))
        self._switch_section.hide()
        column.addWidget(self._switch_section)
        column.addStretch(1)
        self.setWidget(body)

    def _role_row(self) -> QWidget:
        self.role.setAccessibleName("Role")
        self.role.setObjectName("role")
        more = IconButton("ellipsis", "Save, import or delete roles", self._theme)
        more.setAccessibleName("Roles menu")
        more.clicked.connect(lambda: self._role_menu(more))
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.role, 1)
        row.addWidget(more)
        holder = QWidget()
        holder.setLayout(row)
        return holder

    def _section(self, title: str, *widgets: QWidget) -> Collapsible:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in widgets:
            layout.addWidget(widget)
        section = Collapsible(title, self._theme)
        section.set_body(body)
        return section

    def _connect(self) -> None:
        self.system.setObjectName("systemPrompt")
        self.context.setObjectName("context")
        self.reply_start.setObjectName("replyStart")
        self.reply_start.setAccessibleName("Start the reply with")
        self.reply_start.setPlaceholderText("e.g. Sure! Here are three ideas:")
        self.role.currentIndexChanged.connect(lambda _: self._on_role())
        for box in (self.system, self.context):
            box.textChanged.connect(self._on_edit)
            box.problem.connect(self.problem)
        self.examples.changed.connect(self._on_edit)
        self.reply_start.textChanged.connect(lambda _: self._on_edit())


def _hint(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("kind", "quiet")
    label.setWordWrap(True)
    label.setMinimumHeight(1)  # else it insists on the height it would need if it were narrow
    return label


def _holder(layout: QFormLayout | QVBoxLayout) -> QWidget:
    holder = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    holder.setLayout(layout)
    return holder


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.deleteLater()

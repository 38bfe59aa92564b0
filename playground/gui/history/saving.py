"""What leaves the history as a file: scripts, pictures, pages, exports. All of it is written in the background."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from playground.core.answer_page import page_of
from playground.core.errors import UserError
from playground.core.history import Record
from playground.core.paths import write_atomically
from playground.core.roles import file_name
from playground.gui.history.background import Background
from playground.gui.history.code_dialog import CodeDialog
from playground.gui.history.exporting import FILTERS, Exporter
from playground.gui.history.picture import picture_of, save_picture
from playground.gui.panel import Parts
from playground.scripts.answer import script_of

NAMED_BY = 60  # characters of the prompt that a file is called by


class Saving(QObject):
    """Asks where things go, and puts them there."""

    notice = Signal(str)
    problem = Signal(object)  # UserError

    def __init__(self, parts: Parts, window: QWidget) -> None:
        super().__init__()
        self._theme, self._window = parts.theme, window
        self.background = Background()
        self.exporter = Exporter(parts.paths.store, self.background)
        self.background.problem.connect(self.problem)
        self.exporter.saved.connect(self._on_exported)

    def code(self, record: Record) -> None:
        """Show the script that writes an answer again."""
        self.background.run(lambda: script_of(record), lambda code: self._open(code, record))

    def picture(self, record: Record) -> None:
        """Ask for a file and draw an answer into it."""
        file = self._ask("Save the answer as a picture", record, ".png", "PNG (*.png)")
        if file is not None:
            self.picture_to(record, file)

    def picture_to(self, record: Record, file: Path) -> None:
        """Draw an answer into a PNG file."""
        try:
            image = picture_of(record, self._theme)
        except UserError as error:
            self.problem.emit(error)
            return
        self.background.run(lambda: save_picture(image, file), self._on_saved)

    def html(self, record: Record) -> None:
        """Ask for a file and write an answer as a page."""
        file = self._ask("Save the answer as HTML", record, ".html", "Web page (*.html)")
        if file is not None:
            self.background.run(lambda: write_atomically(file, page_of(record)), lambda _: self._on_saved(file.name))

    def ask_for_export(self, many: bool) -> Path | None:
        """Ask where to put records: what is selected, if that is `many`, or all that was found."""
        title = "Export the selected records" if many else "Export the records that were found"
        file, kind = QFileDialog.getSaveFileName(self._window, title, "history.jsonl", FILTERS)
        if not file:
            return None
        return Path(file) if Path(file).suffix else Path(f"{file}{kind.rpartition('*')[2].rstrip(')')}")

    def export(self, ids: Sequence[str], file: Path) -> None:
        """Write records in the form the file's ending names."""
        self.exporter.start(ids, file)

    # -- inside --------------------------------------------------------------------------------------------------

    def _open(self, code: str, record: Record) -> None:
        dialog = CodeDialog(code, self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.save_requested.connect(lambda script: self._save_code(script, record))
        dialog.open()

    def _save_code(self, code: str, record: Record) -> None:
        file = self._ask("Save the script", record, ".py", "Python (*.py)")
        if file is not None:
            self.background.run(lambda: write_atomically(file, code), lambda _: self._on_saved(file.name))

    def _ask(self, title: str, record: Record, ending: str, kinds: str) -> Path | None:
        name = file_name(record.entry.prompt[:NAMED_BY])
        file, _ = QFileDialog.getSaveFileName(self._window, title, f"{name}{ending}", kinds)
        if not file:
            return None
        return Path(file) if Path(file).suffix else Path(f"{file}{ending}")

    def _on_saved(self, name: str) -> None:
        self.notice.emit(f"Saved as {name}.")

    def _on_exported(self, name: str, count: int) -> None:
        self.notice.emit(f"{count:,} record{'' if count == 1 else 's'} saved as {name}.")

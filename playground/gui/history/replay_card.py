"""What a replay found: the same tokens, or where the two answers part and what has changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from playground.core.checks import Check
from playground.core.facts import ReplayInfo
from playground.core.visible import visible
from playground.gui.icons import pixmap
from playground.gui.theme import Theme
from playground.gui.widgets.buttons import Button, IconButton
from playground.gui.widgets.labels import label, set_property

CHECKED = "The same prompt, settings and seed; a sum of many numbers comes out otherwise in another order or format."
SPACES = {" ": "␣", "\n": "⏎", "\t": "⇥"}


class ReplayCard(QFrame):
    """Follows one replay from the click to its verdict."""

    stop_requested = Signal()
    check_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("kind", "notice")
        self._sign = QLabel()
        self.title, self.words = label("", "strong", wrap=True), label("", "quiet", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the replay")
        self.stop = Button("Stop", theme, "quiet", slot=self.stop_requested.emit)
        self.stop.setObjectName("stopReplay")
        self.check = Button("Check further", theme, "quiet", slot=self.check_requested.emit)
        self.check.setToolTip(
            "Write it again with other threads, in a batch, in another number format, on another path"
        )
        self.quit = IconButton("x", "Close", theme, size=14, slot=self.clear)
        self.pair = _Pair(theme)
        self.changes = label("", "", wrap=True)
        self._look = ("", "")
        theme.changed.connect(self._dress)
        self._arrange()
        self.clear()

    def clear(self) -> None:
        """Say nothing."""
        self.hide()
        self._look = ("", "")

    def show_progress(self, words: str, done: int, total: int, title: str = "Replaying") -> None:
        """Show how far it is; `total` 0: unknown."""
        self._say(title, words, "refresh-cw", "")
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self._reveal(running=True)

    def show_verdict(self, info: ReplayInfo) -> None:
        """Show what was found."""
        count = f"{info.compared:,} of {info.compared:,} tokens"
        if info.identical:
            self._say(f"Identical: {count}", "", "circle-check", "success")
        else:
            words = (
                f"The first {info.step:,} tokens are the same."
                if info.step > 0
                else "They differ from the first token on."
            )
            self._say(f"Token {info.step + 1:,} differs", words, "triangle-alert", "warning")
            self.pair.show_tokens(info.was, info.now)
        self._show_changes(info)
        self._reveal(running=False, differs=not info.identical)
        self.check.show()

    def show_checks(self, checks: Sequence[Check]) -> None:
        """Show what the determinism check found: a line for each way."""
        tried = [check.found for check in checks if check.found is not None]
        same = sum(found.identical for found in tried)
        tone = ("circle-check", "success") if same == len(tried) else ("info", "")
        self._say(f"{same} of {len(tried)} ways write the same answer", CHECKED, *tone)
        self.changes.setText("\n".join(check_line(check) for check in checks))
        self._reveal(running=False)

    def shown_pair(self) -> tuple[tuple[str, str], ...]:
        """Return token and share, then and now, as they are drawn."""
        return self.pair.words()

    def show_problem(self, message: str, hint: str) -> None:
        """Show why there is no verdict."""
        self._say(message, hint, "circle-alert", "error")
        self.changes.setText("")
        self._reveal(running=False)

    # -- inside --------------------------------------------------------------------------------------------------

    def _show_changes(self, info: ReplayInfo) -> None:
        lines = [f"•  {visible(change)}" for change in info.changes]
        if not lines:
            lines = ["Nothing that an answer depends on has changed since."]
        elif info.identical:
            lines.insert(0, "The same answer, although this has changed:")
        else:
            lines.insert(0, "What has changed since:")
        self.changes.setText("\n".join(lines))

    def _say(self, title: str, words: str, icon: str, tone: str) -> None:
        self._look = (icon, tone)
        self.title.setText(title)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.setAccessibleName(title)
        set_property(self, "tone", tone)
        self._dress()

    def _reveal(self, running: bool, differs: bool = False) -> None:
        self.bar.setVisible(running)
        self.stop.setVisible(running)
        self.check.hide()
        self.quit.setVisible(not running)
        self.pair.setVisible(differs)
        self.changes.setVisible(not running and bool(self.changes.text()))
        self.show()

    def _dress(self) -> None:
        icon, tone = self._look
        if icon:
            role = {"success": "success", "warning": "warning", "error": "danger"}.get(tone, "quiet")
            self._sign.setPixmap(pixmap(icon, self._theme, self._theme.px(20), role, self.devicePixelRatioF()))

    def _arrange(self) -> None:
        px = self._theme.px
        top = QHBoxLayout()
        top.setSpacing(px(10))
        top.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(px(3))
        for widget in (self.title, self.words, self.bar, self.pair, self.changes):
            words.addWidget(widget)
        top.addLayout(words, 1)
        top.addWidget(self.check, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.quit, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(14), px(12), px(10), px(12))
        column.addLayout(top)


class _Pair(QWidget):
    """The token of then and the token of now, each with its probability as a bar."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, theme.px(6), 0, theme.px(6))
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(4))
        grid.setColumnStretch(2, 1)
        self._tokens = (label("", "mono"), label("", "mono"))
        self._bars = (_Share(theme), _Share(theme))
        self._shares = (label("", "small"), label("", "small"))
        for row, name in enumerate(("Then", "Now")):
            grid.addWidget(label(name, "quiet"), row, 0)
            grid.addWidget(self._tokens[row], row, 1)
            grid.addWidget(self._bars[row], row, 2)
            grid.addWidget(self._shares[row], row, 3)

    def show_tokens(self, was: tuple[str, float], now: tuple[str, float]) -> None:
        for row, (text, share) in enumerate((was, now)):
            self._tokens[row].setText(f"“{token_words(text)}”")
            self._bars[row].show_share(share)
            self._shares[row].setText(f"{100 * share:.1f} %")

    def words(self) -> tuple[tuple[str, str], ...]:
        return tuple((t.text(), s.text()) for t, s in zip(self._tokens, self._shares, strict=True))


class _Share(QWidget):
    """A bar between 0 and 1."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._share = theme, 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(8))

    def show_share(self, share: float) -> None:
        self._share = min(1.0, max(0.0, share))
        self.setAccessibleName(f"{100 * share:.1f} %")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        round_by = self.height() / 2
        painter.setBrush(self._theme.colour("pressed"))
        painter.drawRoundedRect(self.rect(), round_by, round_by)
        painter.setBrush(self._theme.colour("accent"))
        filled = self.rect()
        filled.setWidth(max(self.height(), round(self.width() * self._share)))
        painter.drawRoundedRect(filled, round_by, round_by)


def check_line(check: Check) -> str:
    """Return what one way of the determinism check found."""
    found = check.found
    if found is None:
        return f"–  {check.name}: not tried. {check.skipped}"
    if found.identical:
        return f"✓  {check.name}: identical"
    (was, then), (now, share) = found.was, found.now
    return (
        f"≠  {check.name}: token {found.step + 1:,} differs, “{token_words(was)}” ({100 * then:.1f} % after samplers) "
        f"then, “{token_words(now)}” ({100 * share:.1f} %) now"
    )


def token_words(text: str) -> str:
    """Return a token's text with its spaces and line ends to be seen."""
    shown = "".join(SPACES.get(letter, letter) for letter in text[:40])
    return visible(shown) or "end of text"

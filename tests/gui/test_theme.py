"""The look: readable in both modes, scaled by the zoom, and following the system."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QIcon
from PySide6.QtWidgets import QApplication, QLabel

from playground.core.paths import resources
from playground.gui.icons import icon, pixmap
from playground.gui.theme import SECTIONS, Theme


def luminance(colour: QColor) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a: QColor, b: QColor) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, qapp: QApplication) -> Theme:
    theme = Theme()
    theme.apply(qapp, request.param)
    return theme


@pytest.mark.parametrize("ground", ["window", "surface", "raised", "sunken"])
@pytest.mark.parametrize("ink", ["text", "quiet", "accent_ink", "danger", "warning", "success", "info"])
def test_texts_are_readable_on_every_ground(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(theme.colour(ink), theme.colour(ground)) >= 4.5


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("accent_text", "accent"),
        ("accent_text", "accent_hover"),
        ("tooltip_text", "tooltip"),
        ("tooltip_action", "tooltip"),
        ("selection_text", "selection"),
        ("accent_ink", "accent_soft"),
        ("danger", "danger_soft"),
        ("warning", "warning_soft"),
        ("success", "success_soft"),
        ("info", "info_soft"),
        ("code_text", "code"),
        ("text", "highlight"),
        ("text", "highlight_now"),
        *((f"syntax_{kind}", "code") for kind in ("keyword", "string", "number", "comment", "name", "type")),
    ],
)
def test_coloured_pairs_are_readable(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(theme.colour(ink), theme.colour(ground)) >= 4.5


@pytest.mark.parametrize("section", SECTIONS)
def test_section_colours_stand_out_from_the_ground(theme: Theme, section: str) -> None:
    assert contrast(theme.colour(section), theme.colour("surface")) >= 4.5


def test_both_modes_have_the_same_roles(theme: Theme) -> None:
    assert theme.table(dark=False).keys() == theme.table(dark=True).keys()


def test_the_style_sheet_names_known_values_only(theme: Theme, qapp: QApplication) -> None:
    assert "$" not in qapp.styleSheet()
    assert theme.colour("accent").name() in qapp.styleSheet()


def test_zoom_scales_text_and_spaces(theme: Theme, qapp: QApplication) -> None:
    theme.apply(qapp, "light", 2.0)
    label = QLabel("x")
    label.ensurePolished()
    assert label.font().pixelSize() == 26
    assert theme.px(6) == 12
    theme.apply(qapp, "light", 1.0)


def test_changed_is_told_once_per_switch(theme: Theme, qapp: QApplication) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.dark))
    theme.apply(qapp, "dark")
    theme.apply(qapp, "light")
    assert told == [True, False]


def test_our_fonts_are_there(theme: Theme) -> None:
    assert {"Inter", "JetBrains Mono"} <= set(QFontDatabase.families())
    assert {"Regular", "Medium", "SemiBold"} <= {
        style.replace("Semi Bold", "SemiBold") for style in QFontDatabase.styles("Inter")
    }


def test_an_icon_is_sharp_at_twice_the_dots_and_takes_the_role_colour(theme: Theme) -> None:
    picture = pixmap("square", theme, 16, "accent", 2.0)
    assert (picture.width(), picture.devicePixelRatio()) == (32, 2.0)
    colours = {
        picture.toImage().pixelColor(x, 16).name()
        for x in range(32)
        if picture.toImage().pixelColor(x, 16).alpha() == 255
    }
    assert theme.colour("accent").name() in colours


def test_an_icon_follows_the_theme_and_greys_when_disabled(theme: Theme, qapp: QApplication) -> None:
    drawn = icon("square", theme, 16, "text")
    before = drawn.pixmap(16).toImage()
    assert before != drawn.pixmap(16, QIcon.Mode.Disabled).toImage()
    theme.apply(qapp, "light" if theme.dark else "dark")
    assert drawn.pixmap(16).toImage() != before


def test_every_icon_file_draws_something(theme: Theme) -> None:
    for file in (resources() / "icons").glob("*.svg"):
        image = pixmap(file.stem, theme, 16, "text").toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16)), file.stem


def test_licences_of_fonts_and_icons_come_along() -> None:
    names = {file.name for folder in ("fonts", "icons") for file in (resources() / folder).glob("LICENCE*")}
    assert names == {"LICENCE-Inter.txt", "LICENCE-JetBrainsMono.txt", "LICENCE.txt"}

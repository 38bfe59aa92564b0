"""The colours of the scale: told by lightness alone, and readable."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from playground.gui.theme import Theme
from playground.gui.tokens.heat import STEPS, Heat


def luminance(colour: QColor) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in list(colour.getRgbF())[:3]]  # type: ignore[call-overload]
    return float(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])


def contrast(one: QColor, other: QColor) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_lightness_goes_one_way_and_text_is_readable_on_all_of_it(theme: Theme, qapp: QApplication, mode: str) -> None:
    theme.apply(qapp, mode)
    heat = Heat(theme)
    shades = [heat.colour(step / STEPS) for step in range(STEPS + 1)]
    lights = [luminance(shade) for shade in shades]
    assert all((other < one) is (mode == "light") for one, other in pairwise(lights))
    assert contrast(shades[0], shades[-1]) > 2.3
    assert all(contrast(shade, theme.colour("text")) >= 4.5 for shade in (*shades, heat.unknown))
    hues = {shade.hsvHue() // 30 for shade in shades[STEPS // 4 :]}
    assert len(hues) <= 2  # one hue


def test_each_class_has_its_own_line(theme: Theme) -> None:
    heat = Heat(theme)
    assert heat.pen(0) is None
    assert heat.pen(-1) is None
    pens = [pen.dashPattern() for level in (1, 2, 3) if (pen := heat.pen(level)) is not None]
    assert len({tuple(pattern) for pattern in pens}) == 3
    assert heat.colour(math.nan) == heat.unknown

"""Pictures as arrays of coarse colours: small as files, and compared with patience where fonts are drawn otherwise."""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, qVersion
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QWidget

from playground.gui.theme import Theme

Pixels = NDArray[np.uint8]  # (height, width, 3)

GOLDEN = Path(__file__).parent / "golden"
FINGERPRINT = GOLDEN / "fingerprint.json"
COARSE = 0xF8  # the bits of each colour that are kept
SAME_SHARE = 0.001  # of the pixels may differ at all where glyphs are drawn alike
OTHER_SHARE = 0.01  # of the pixels may differ by more than OTHER_STEP where they are not
OTHER_STEP = 64


def pixels_of(image: QImage) -> Pixels:
    """Return a picture as coarse colours."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return np.asarray(rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3) & COARSE)


def picture_of(widget: QWidget) -> Pixels:
    """Return what a widget shows."""
    return pixels_of(widget.grab().toImage())


def save(pixels: Pixels, file: Path) -> None:
    """Write a small PNG: with a palette where 256 colours are enough."""
    height, width, _ = pixels.shape
    colours, places = np.unique(
        pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32), return_inverse=True
    )
    if len(colours) <= 256:
        data = places.reshape(height, width).astype(np.uint8).tobytes()
        image = QImage(data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable([int(colour) | 0xFF000000 for colour in colours])
    else:
        data = np.ascontiguousarray(pixels).tobytes()
        image = QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888)
    file.parent.mkdir(parents=True, exist_ok=True)
    assert image.save(str(file), "PNG", 0)  # 0: as small as can be


def fault(name: str, seen: Pixels, fingerprint: dict[str, str], out: Path) -> str:
    """Return how a picture differs from the golden one of this name, or nothing."""
    file = GOLDEN / f"{name}.png"
    if not file.exists():
        return f"there is no {file.name}: run pytest tests/screens --update-screens"
    wanted = pixels_of(QImage(str(file)))
    if wanted.shape != seen.shape:
        return f"{name} is {seen.shape}, not {wanted.shape}"
    alike = json.loads(FINGERPRINT.read_text("utf-8")) == fingerprint
    step, most = (0, SAME_SHARE) if alike else (OTHER_STEP, OTHER_SHARE)
    share = share_that_differs(wanted, seen, step)
    if share <= most:
        return ""
    save(seen, out / f"{name}.png")
    rule = "fonts are drawn alike here" if alike else "fonts are drawn otherwise here"
    return f"{100 * share:.2f} % of {name} differ by more than {step} ({rule}): see {out / name}.png"


def share_that_differs(one: Pixels, other: Pixels, step: int) -> float:
    """Return the share of pixels of which a colour differs by more than `step`."""
    apart = np.abs(one.astype(np.int16) - other.astype(np.int16)).max(axis=2)
    return float((apart > step).mean())


def fingerprint_of(theme: Theme) -> dict[str, str]:
    """Say what decides how text looks here."""
    return {
        "qt": qVersion(),
        "platform": QGuiApplication.platformName(),
        "freetype": _freetype(),
        "glyphs": _glyphs(theme),
    }


def _glyphs(theme: Theme) -> str:
    """Return a hash of some drawn text."""
    image = QImage(300, 60, QImage.Format.Format_RGB888)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    for line, font in enumerate((theme.font(), theme.mono())):
        painter.setFont(font)
        painter.drawText(QPoint(4, 24 + 28 * line), "Hamburgefonstiv 0123 → 你好")
    painter.end()
    return hashlib.sha256(bytes(image.constBits())).hexdigest()[:16]


def _freetype() -> str:
    name = ctypes.util.find_library("freetype")
    if name is None:
        return ""
    library: Any = ctypes.CDLL(name)
    handle, version = ctypes.c_void_p(), [ctypes.c_int() for _ in range(3)]
    if library.FT_Init_FreeType(ctypes.byref(handle)):
        return ""
    library.FT_Library_Version(handle, *map(ctypes.byref, version))
    library.FT_Done_FreeType(handle)
    return ".".join(str(part.value) for part in version)

"""Runs tours and tells them: pictures, `index.html` and `index.md`."""

from __future__ import annotations

import html
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playground.core.errors import UserError
from playground.core.paths import Paths
from playground.core.registry import scan, suggest
from playground.demo import tours
from playground.demo.stage import Picture, Stage
from playground.demo.tour import Tour


def all_tours() -> dict[str, type[Tour]]:
    """Return the tours by name, in their order."""
    return dict(sorted(scan(tours, Tour).items(), key=lambda item: (item[1].place, item[0])))


def drive(names: Sequence[str], out: Path, theme: str, size: str, short: bool) -> int:
    """Run the named tours (all when none is named) without a screen; return the exit code."""
    known = all_tours()
    for name in names:
        if name not in known:
            raise UserError(f"There is no tour “{name}”.", suggest(name, known), "E-TOUR")
    width, height = _size(size)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    models = _models_with_starter()
    told: list[tuple[type[Tour], list[Picture]]] = []
    for name in names or known:
        sys.stderr.write(f"{name} …\n")
        with tempfile.TemporaryDirectory(prefix="playground-demo-", ignore_cleanup_errors=True) as home:
            paths = Paths(Path(home), shared_models=models)
            know_the_machine(paths, Paths.standard())
            told.append((known[name], play(name, known[name](), paths, out, theme, (width, height), short)))
    _tell(out, told, theme)
    sys.stderr.write(f"{out / 'index.html'}\n")
    return 0


def know_the_machine(paths: Paths, known: Paths) -> None:
    """Take over what was measured of this machine, so that no tour has to wait for it again."""
    if known.machine.exists():
        shutil.copy(known.machine, paths.machine)


def play(
    name: str, tour: Tour, paths: Paths, out: Path | None, theme: str, size: tuple[int, int], short: bool
) -> list[Picture]:
    """Play one tour in a fresh window with a fresh engine; return its pictures."""
    from PySide6.QtWidgets import QApplication

    from playground.app import build
    from playground.core.settings import Settings, write_settings

    write_settings(paths.settings, Settings(theme=theme))
    qt = QApplication.instance() or QApplication(["playground"])
    assert isinstance(qt, QApplication)
    app = build(qt, paths)
    try:
        app.window.resize(*size)
        app.window.show()
        stage = Stage(app, out, name.replace("_", "-"), short)
        stage.settle()
        tour.play(stage)
        return stage.pictures
    finally:
        app.window.hide()
        app.close(patient=False)
        app.window.deleteLater()


def _size(words: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{3,4})x(\d{3,4})", words)
    if match is None:
        raise UserError(f"“{words}” is no size.", "Write it as 1440x900.", "E-OPTION")
    return int(match[1]), int(match[2])


def _models_with_starter() -> Path:
    """Return the user's folder of models, with the starter in it."""
    from playground.cli import Engine, get_starter
    from playground.core.catalogue import starter_folder

    paths = Paths.standard()
    if not starter_folder(paths).exists():
        with Engine(paths) as engine:
            get_starter(engine.run)
    return paths.models


def _tell(out: Path, told: Sequence[tuple[type[Tour], Sequence[Picture]]], theme: str) -> None:
    """Write both pages."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.md").write_text("\n".join(_markdown(told)), encoding="utf-8")
    (out / "index.html").write_text(_page("\n".join(_sections(told)), theme), encoding="utf-8")


def _markdown(told: Sequence[tuple[type[Tour], Sequence[Picture]]]) -> list[str]:
    lines = ["# The playground in pictures", ""]
    for tour, pictures in told:
        lines += [f"## {tour.title}", "", _about(tour), ""]
        for number, picture in enumerate(pictures, start=1):
            lines += [f"{number}. {picture.caption}", "", f"   ![{picture.caption}]({picture.file})", ""]
    return lines


def _sections(told: Sequence[tuple[type[Tour], Sequence[Picture]]]) -> list[str]:
    lines = []
    for tour, pictures in told:
        lines.append(f"<h2>{html.escape(tour.title)}</h2><p>{html.escape(_about(tour))}</p>")
        for number, picture in enumerate(pictures, start=1):
            words = html.escape(picture.caption, quote=True)
            lines.append(
                f'<figure><figcaption>{number}. {words}</figcaption><img src="{picture.file}" alt="{words}"></figure>'
            )
    return lines


def _about(tour: type[Tour]) -> str:
    return (tour.__doc__ or "").split("\n\n")[0].strip()


def _page(body: str, theme: str) -> str:
    ground, ink = ("#17171a", "#ececf1") if theme == "dark" else ("#f6f6f8", "#1c1c22")
    style = (
        f"body{{background:{ground};color:{ink};font:16px/1.5 system-ui,sans-serif;max-width:1100px;margin:40px auto;"
        "padding:0 20px}img{width:100%;border-radius:10px;box-shadow:0 2px 18px #0003}figure{margin:0 0 36px}"
        "figcaption{margin-bottom:8px}"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>The playground in pictures</title>'
        f"<style>{style}</style><h1>The playground in pictures</h1>{body}</html>\n"
    )

"""The same jobs without a window: ask, get, models, history, run, demo, bench, doctor."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from playground import __version__
from playground.ask_command import add_options as add_ask_options
from playground.core.conversation import new_id
from playground.core.errors import UserError
from playground.core.events import Done, Event, Failed
from playground.core.facts import ModelInfo
from playground.core.owner import Owner
from playground.core.pace import count, size
from playground.core.paths import Paths
from playground.core.plain import load, to_plain
from playground.core.registry import class_of, kind_of, suggest
from playground.core.writer import Writer
from playground.history_command import add_options as add_history_options
from playground.jobs.job import Job, RecordedJob
from playground.jobs.narrating import Telling
from playground.jobs.recording import recorder_for
from playground.printing import complain, print_json, progress_bar

COMMANDS = ("ask", "get", "models", "history", "run", "demo", "bench", "doctor")


def main(words: Sequence[str]) -> int:
    """Do what the command line says; return 0 (well), 1 (a problem, said in words), 2 (misused) or 130 (stopped)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may lack the characters that a model writes
    try:
        options = _parser().parse_args(words)
        code: int = options.act(options)
    except BrokenPipeError:  # whoever read us has had enough, as in `playground ask … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (UserError, OSError) as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return code


class _Parser(argparse.ArgumentParser):
    """Answers an unknown command with a suggestion."""

    def error(self, message: str) -> NoReturn:
        unknown = re.fullmatch(r"argument (\S+): invalid choice: '(.*)' \(choose from .*\)", message, re.DOTALL)
        if unknown is not None and unknown[1] == "COMMAND":
            message = f"There is no command “{unknown[2]}”. {suggest(unknown[2], COMMANDS)}"
        self.exit(2, f"playground: {message}\nTry: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="playground", description="Learn and experiment with language models. Without a command: the window."
    )
    parser.add_argument("--version", action="version", version=f"playground {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    add_ask_options(commands.add_parser("ask", help="one prompt, one answer or several, streamed"), _find_model)
    get = commands.add_parser("get", help="fetch a model: the starter, or owner/name from the Hub")
    get.add_argument("name", help="“starter” or a Hub name")
    get.set_defaults(act=_get)
    models = commands.add_parser("models", help="the models on this computer")
    models.add_argument("--json", action="store_true", help="one JSON object per model")
    models.set_defaults(act=_models)
    add_history_options(commands.add_parser("history", help="find what was asked and answered"))
    run = commands.add_parser("run", help="run a job described in a file")
    run.add_argument("file", type=Path, help="a JSON file with “kind” and the job's fields")
    run.set_defaults(act=_run_file)
    demo = commands.add_parser("demo", help="drive the window through tours and take pictures")
    demo.add_argument("tours", nargs="*", metavar="TOUR", help="which tours; all when none is named")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the pictures and pages go")
    demo.add_argument("--theme", choices=("light", "dark"), default="light")
    demo.add_argument("--size", default="1440x900", metavar="WxH")
    demo.add_argument("--short", action="store_true", help="fewer tokens and steps")
    demo.set_defaults(act=_demo)
    bench = commands.add_parser("bench", help="measure speed and memory against rivals")
    bench.add_argument("names", nargs="*", metavar="NAME", help="which benchmarks; all when none is named")
    bench.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    bench.set_defaults(act=_bench)
    doctor = commands.add_parser("doctor", help="versions, device, memory, folders: what a bug report needs")
    doctor.set_defaults(act=_doctor)
    return parser


# -- the commands ------------------------------------------------------------------------------------------------


def _get(options: argparse.Namespace) -> int:
    paths = Paths.standard()
    with Engine(paths) as engine:
        folder = get_starter(engine.run) if options.name == "starter" else _get_from_hub(engine, options.name)
    print(folder)
    return 0


def get_starter(run: Callable[[Job], Any]) -> str:
    """Fetch and convert the starter with whatever runs jobs; return its folder. What is there already is kept."""
    from playground.jobs.convert import Convert
    from playground.jobs.get_starter import GetStarter

    folder: str = run(Convert(run(GetStarter())))
    return folder


def _get_from_hub(engine: Engine, name: str) -> str:
    from playground.jobs.download import Download

    if "/" not in name:
        raise UserError(f"“{name}” is no model name.", "Use “starter”, or owner/name as on the Hub.", "E-NAME")
    folder: str = engine.run(Download(name))
    return folder


def _models(options: argparse.Namespace) -> int:
    found = _models_here(Paths.standard())
    for info in found:
        if options.json:
            print(json.dumps(to_plain(info), ensure_ascii=False))
        else:
            print(f"{info.name:40} {count(info.parameters):>9} {info.dtype:>9} {size(info.bytes):>8}  {info.origin}")
    if not found:
        print("No models yet. Try: playground get starter", file=sys.stderr)
    return 0


def _models_here(paths: Paths) -> tuple[ModelInfo, ...]:
    from playground.jobs.list_models import ListModels

    with Engine(paths) as engine:
        found: tuple[ModelInfo, ...] = engine.run(ListModels())
    return found


def _find_model(paths: Paths, name: str) -> ModelInfo:
    """Return the model a name or path means; the starter is fetched when it is not here yet."""
    from playground.core.catalogue import starter_folder
    from playground.jobs.describe import Describe

    with Engine(paths) as engine:
        if name == "starter":
            folder = starter_folder(paths)
            return engine.run(Describe(str(folder) if folder.exists() else get_starter(engine.run)))  # type: ignore[no-any-return]
        if Path(name).exists():
            return engine.run(Describe(str(Path(name).resolve())))  # type: ignore[no-any-return]
    found = {info.name: info for info in _models_here(paths)}
    if name in found:
        return found[name]
    raise UserError(f"There is no model “{name}” here.", suggest(name, [*found, "starter"]), "E-MODEL-NOTFOUND")


def _run_file(options: argparse.Namespace) -> int:
    try:
        data = json.loads(options.file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{options.file.name} cannot be read: {error}", code="E-JSON") from error
    job = load(_as_a_new_run(data))
    if not isinstance(job, Job):
        raise UserError(f"{options.file.name} describes a {kind_of(type(job))}, which is no job.", code="E-JSON")
    with Engine(Paths.standard()) as engine:
        if hasattr(job, "model"):
            from playground.jobs.load import Load

            engine.run(Load(job.model), print_json)
        engine.run(job, print_json)
    return 0


def _as_a_new_run(data: Any) -> Any:
    """Give a recorded job an identity of its own: a file taken from the record must not overwrite that record."""
    if isinstance(data, dict) and isinstance(data.get("kind"), str) and issubclass(class_of(data["kind"]), RecordedJob):
        return {**data, "run_id": new_id()}
    return data


def _demo(options: argparse.Namespace) -> int:
    from playground.demo.driver import drive

    return drive(options.tours, options.out, options.theme, options.size, options.short)


def _bench(options: argparse.Namespace) -> int:
    from playground.bench import run_benchmarks

    return run_benchmarks(options.names, options.json)


def _doctor(options: argparse.Namespace) -> int:
    from playground.doctor import report

    text, healthy = report(Paths.standard())
    print(text)
    return 0 if healthy else 1


# -- running jobs here ---------------------------------------------------------------------------------------------


class Engine:
    """Runs jobs in this process, one after another, and records them as the window's engine does."""

    def __init__(self, paths: Paths, quiet: bool = False) -> None:
        self._paths, self._quiet = paths, quiet
        self._workspace: Any = None

    def __enter__(self) -> Engine:
        self._owner, self._writer = Owner(self._paths.locks), Writer(self._paths.store)
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()
        self._owner.close()

    def run(self, job: Job, show: Callable[[Event], None] | None = None) -> Any:
        """Run a job to its end and return its result; a failure is raised in the user's words."""
        show = show or progress_bar(self._quiet)
        recorder = recorder_for(job, self._writer, self._owner.name)
        telling = Telling(job, self._workspace_for(job))
        with _heard(telling) as events:
            for event in events:
                if recorder is not None:
                    recorder.hear(event)
                if event is not None:
                    show(event)
                if isinstance(event, Done):
                    return event.result
                if isinstance(event, Failed):
                    raise UserError(event.message, event.hint, event.code)
        raise KeyboardInterrupt

    def _workspace_for(self, job: Job) -> Any:
        if self._workspace is None and job.lane != "errand":
            from playground.jobs.host import open_workspace

            self._workspace = open_workspace(self._paths)
        return self._workspace or self

    @property
    def paths(self) -> Paths:
        """An errand asks its workspace for nothing else."""
        return self._paths


class _heard:
    """Turns Ctrl+C into a polite stop, so that what was written is recorded as stopped; a second one insists."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling

    def __enter__(self) -> Iterator[Event | None]:
        import signal

        self._before = signal.signal(signal.SIGINT, self._on_interrupt)
        return self._telling.events()

    def _on_interrupt(self, *_: object) -> None:
        if self._telling.stopped:
            raise KeyboardInterrupt
        self._telling.stopped = True

    def __exit__(self, *_: object) -> None:
        import signal

        signal.signal(signal.SIGINT, self._before)

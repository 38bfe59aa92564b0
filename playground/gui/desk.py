"""Getting models in and out: each wish is a short chain of jobs, told to the session as it goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from playground.core.errors import UserError
from playground.core.events import Done, Failed, Progress
from playground.core.facts import LoadedInfo
from playground.core.pace import Pace
from playground.gui.client import JobClient
from playground.gui.session import Bringing, Session
from playground.gui.ticket import Ticket
from playground.jobs.convert import Convert
from playground.jobs.download import Download
from playground.jobs.get_starter import GetStarter
from playground.jobs.job import Job
from playground.jobs.list_models import ListModels
from playground.jobs.load import Load
from playground.jobs.unload import Unload


class ModelDesk(QObject):
    """Brings one model at a time; what is asked meanwhile is refused with the reason."""

    problem = Signal(object)  # UserError
    loaded = Signal(object)  # LoadedInfo
    too_large = Signal(object, object)  # UserError with both numbers, and what loads it all the same

    def __init__(self, jobs: JobClient, session: Session) -> None:
        super().__init__()
        self._jobs, self._session = jobs, session
        self._ticket: Ticket | None = None
        self.last: tuple[str, str] | tuple[()] = ()  # path and dtype of the model loaded last
        jobs.engine_died.connect(lambda _: self._forget_all())

    @property
    def is_busy(self) -> bool:
        return self._ticket is not None

    def busy(self) -> str:
        """Return why no other model can be brought now, or nothing."""
        return "Another model is on its way." if self.is_busy else ""

    def look(self) -> None:
        """Look again which models are on this computer."""

        def on_done(event: Done) -> None:
            self._session.shelf = event.result  # type: ignore[assignment]

        folder = self._session.settings.models_folder
        self._jobs.submit(ListModels(folder)).on(Done, on_done).on(Failed, self._on_failed)

    def get_starter(self) -> None:
        """Fetch the starter model, convert it once, and load it."""
        self._do(GetStarter(), "starter", "Getting the starter model", self._convert)

    def download(self, repo: str) -> None:
        """Fetch a model from the Hub. The only thing here that reaches the network besides the starter."""
        self._do(Download(repo), repo, f"Downloading {repo}", lambda path: self._shelve(path, self.load))

    def open(self, path: str, dtype: str = "auto") -> None:
        """Load a folder, or convert a GGUF file and load it."""
        if path.lower().endswith(".gguf"):
            self._convert(path)
        else:
            self.load(path, dtype)

    def load(self, path: str, dtype: str = "auto", forced: bool = False) -> None:
        """Load a folder of safetensors and make it the model that answers; `forced` even if it seems too large."""
        job = Load(path, dtype=dtype, threads=self._session.settings.threads, forced=forced)
        self._do(job, path, f"Loading {Path(path).name}", self._take_in)

    def unload(self, path: str) -> None:
        """Give a model's memory back."""
        if any(info.model.path == path for info in self._session.models):
            self._jobs.submit(Unload(path)).on(Done, lambda _: self._drop(path)).on(Failed, self._on_failed)

    def eject(self) -> None:
        """Unload the model that answers."""
        if self._session.model is not None:
            self.unload(self._session.model.model.path)

    def load_again(self) -> None:
        """Load the model that was loaded last, in the same number format."""
        if self.last:
            self.load(*self.last)

    def choose(self, info: LoadedInfo) -> None:
        """Let a resident model answer from now on."""
        self._session.model = info

    def stop(self) -> None:
        """Stop what is on its way."""
        if self._ticket is not None:
            self._jobs.stop(self._ticket)

    def _convert(self, path: str) -> None:
        title = f"Preparing {Path(path).stem}"
        self._do(Convert(path), path, title, lambda folder: self._shelve(folder, self.load))

    def _shelve(self, path: str, then: Callable[[str], None]) -> None:
        self.look()
        then(path)

    def _do(self, job: Job, path: str, title: str, then: Callable[[str], None] | Callable[[LoadedInfo], None]) -> None:
        if self.is_busy:
            self.problem.emit(UserError(self.busy(), "Wait for it, or stop it.", "E-BUSY"))
            return
        pace = Pace()
        self._session.bringing = Bringing(path, title, "Waiting for the engine")

        def on_progress(event: Progress) -> None:
            self._session.bringing = Bringing(path, title, event.text, event.share, pace.words(event))

        def on_done(event: Done) -> None:
            self._finish()
            then(event.result)  # type: ignore[arg-type]

        def on_failed(event: Failed) -> None:
            self._finish()  # so that the next one may be asked for at once
            self._on_failed(event, job)

        ticket = self._jobs.submit(job)
        self._ticket = ticket
        ticket.on(Progress, on_progress).on(Done, on_done).on(Failed, on_failed).on_end(
            lambda: self._finish() if self._ticket is ticket else None
        )

    def _finish(self) -> None:
        self._ticket = None
        self._session.bringing = None

    def _on_failed(self, event: Failed, job: Job | None = None) -> None:
        error = UserError(event.message, event.hint, event.code)
        error.__notes__ = [event.details]
        if isinstance(job, Load) and not job.forced and event.code == "E-TOO-LARGE":
            self.too_large.emit(error, partial(self.load, job.path, job.dtype, forced=True))
        elif isinstance(job, Load) and job.forced and event.code == "E-ENGINE-DIED":
            self.problem.emit(_did_not_fit(job, event))
        else:
            self.problem.emit(error)

    def _take_in(self, info: LoadedInfo) -> None:
        others = tuple(m for m in self._session.models if m.model.path != info.model.path)
        self._session.models = (*others, info)
        self._session.model = info
        self.last = (info.model.path, info.dtype)
        self.loaded.emit(info)

    def _drop(self, path: str) -> None:
        self._session.models = tuple(m for m in self._session.models if m.model.path != path)
        if self._session.model is not None and self._session.model.model.path == path:
            self._session.model = self._session.models[-1] if self._session.models else None

    def _forget_all(self) -> None:
        self._session.models = ()
        self._session.model = None


def _did_not_fit(job: Load, event: Failed) -> UserError:
    """Return what is most likely when the engine goes while it loads more than is free."""
    error = UserError(
        f"“{Path(job.path).name}” did not fit: the engine was ended while loading it.",
        "A fresh engine takes its place, and nothing written is lost. Choose a smaller model or dtype.",
        "E-OOM",
    )
    error.__notes__ = [event.details]
    return error

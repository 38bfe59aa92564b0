"""The library of roles: personas that fill the system prompt, ours and the user's own."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from playground.core.errors import UserError
from playground.core.paths import Paths, resources, write_atomically
from playground.core.registry import suggest
from playground.core.token_rows import clean

MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class Role:
    """A persona: what the model is told to be."""

    name: str
    system: str
    description: str = ""
    ours: bool = False


def roles(paths: Paths) -> tuple[Role, ...]:
    """Return our roles, then the user's; a file that cannot be read is left out."""
    ours = [Role(ours=True, **entry) for entry in json.loads((resources() / "roles.json").read_text(encoding="utf-8"))]
    own = []
    for file in sorted(paths.roles.glob("*.json")):
        try:
            own.append(read_role(file))
        except UserError:
            continue
    return (*ours, *own)


def find_role(paths: Paths, name: str) -> Role:
    """Return the role of this name, upper or lower case; raise E-ROLE with suggestions."""
    known = {role.name.lower(): role for role in roles(paths)}
    if name.lower() not in known:
        raise UserError(f"There is no role “{name}”.", suggest(name, [r.name for r in known.values()]), "E-ROLE")
    return known[name.lower()]


def read_role(file: Path) -> Role:
    """Read a role from a file somebody made; raise E-ROLE saying what is wrong with it."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UserError(f"{file.name} is too large for a role.", code="E-ROLE")
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file.name} cannot be read as a role.", "It should be JSON.", "E-ROLE") from error
    texts = {key: data.get(key, "") for key in ("name", "system", "description")} if isinstance(data, dict) else {}
    if not all(isinstance(text, str) for text in texts.values()) or not texts.get("name") or not texts.get("system"):
        raise UserError(f"{file.name} holds no role.", "It needs the texts “name” and “system”.", "E-ROLE")
    return Role(**texts)


def save_role(paths: Paths, role: Role) -> Path:
    """Keep a role of the user's; one of the same name is replaced."""
    if not role.name.strip() or not role.system.strip():
        raise UserError("A role needs a name and a system prompt.", code="E-ROLE")
    file = file_for(paths.roles, role.name, _name_in)
    data = {key: clean(value) for key, value in asdict(role).items() if key != "ours"}
    write_atomically(file, json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    return file


def delete_role(paths: Paths, name: str) -> None:
    """Remove one of the user's roles."""
    file_for(paths.roles, name, _name_in).unlink(missing_ok=True)


def file_for(folder: Path, name: str, name_in: Callable[[Path], str]) -> Path:
    """Return the JSON file that holds this name already, or a free one: different names may make the same file name."""
    for number in itertools.count(1):
        file = folder / f"{file_name(name)}{f' {number}' if number > 1 else ''}.json"
        if not file.exists() or name_in(file) == clean(name):
            return file
    raise AssertionError("numbers do not end")


def _name_in(file: Path) -> str:
    try:
        return read_role(file).name
    except UserError:
        return ""


def file_name(name: str) -> str:
    """Return a file name every system accepts for what a user typed: at most 150 bytes."""
    kept = re.sub(r"[^\w\- ]", "_", name, flags=re.UNICODE).strip(" .")[:80]
    kept = kept.encode()[:150].decode(errors="ignore").rstrip(" .") or "unnamed"
    reserved = re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", kept)
    return f"_{kept}" if reserved else kept

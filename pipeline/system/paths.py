"""Paths in a source: where they lead, and whether they are allowed."""

from __future__ import annotations

import base64
import contextlib
import itertools
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from errno import EFBIG
from pathlib import Path
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from pipeline.model.codes import Code
from pipeline.model.names import nearest

PROGRAM = Path(__file__).parent.parent
PACKAGED = PROGRAM / "_templates"
CHECKOUT = PROGRAM.parent / "templates"

MOST_BYTES = 256 * 2**20
"""The maximum size of a file that is read whole."""

State: TypeAlias = tuple[int, int, int] | None
"""A value that differs if a file does; none if it does not exist. The first part is the time at
which it changed, or took the place of another one, in nanoseconds."""

_noted: ContextVar[dict[str, State] | None] = ContextVar("noted", default=None)


def states(paths: Iterable[Path | str]) -> dict[str, State]:
    """The present states of files, by their paths, or of links that lead out of the folder."""
    return {path: _state(path) for path in map(str, paths)}


def _state(path: str) -> State:
    stays_inside = not path.endswith("/")
    with contextlib.suppress(OSError, ValueError):
        status = os.stat(path.rstrip("/"), follow_symlinks=stays_inside)  # noqa: PTH116 (a third of the time)
        return max(status.st_mtime_ns, status.st_ctime_ns), status.st_size, status.st_ino
    return None


@contextlib.contextmanager
def noting() -> Iterator[dict[str, State]]:
    """Record, in this context, each path that is looked up in a source's folder, whether it exists
    or not, with its state before that, also for the context around it. Callers need not remember
    to report files that were read, missing or refused. A path that `leads_out` ends with a
    slash."""
    noted: dict[str, State] = {}
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
        note_states(noted)


def note(files: Iterable[Path | str]) -> None:
    """Record files that a result depends on, in the same way."""
    if _noted.get() is not None:
        note_states(states(files))


def note_states(files: Mapping[str, State]) -> None:
    """Record files with the states that they had. The first one of each counts."""
    if (noted := _noted.get()) is not None:
        for path, state in files.items():
            noted.setdefault(path, state)


def leads_out(path: str) -> str:
    """The target of a recorded path outside the folder, where nothing is read."""
    return os.path.realpath(path) if path.endswith("/") else ""


def builtin_templates() -> Path:
    """The folder of the common templates that ship, in a wheel or in a checkout."""
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT


def template_folders() -> tuple[Path, ...]:
    """The folders in which the name of a template that ships is looked up: the common one, and
    those of features."""
    return (builtin_templates(), *sorted(PROGRAM.glob("features/*/templates")))


class Located(NamedTuple):
    """A file in the source's folder; ``name`` is its path from there, with slashes."""

    path: Path
    name: str

    def read(self) -> bytes:
        """The content of the file. Raises `OSError` if it cannot be read, or is larger than
        `MOST_BYTES`."""
        with self.path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise OSError(EFBIG, f"it has more than {MOST_BYTES // 2**20} MiB", str(self.path))
        return data


class Problem(NamedTuple):
    """The reason why a path cannot be followed. The code is OUTSIDE_FOLDER, or ``missing``."""

    code: Code
    message: str
    hint: str = ""


def scheme(address: str) -> str:
    """The scheme of an address in lower case, ``//`` for one without that names a host,
    or "" for a path. Blanks and controls are left out first, as browsers do."""
    address = re.sub(r"[\x00-\x20]", "", address)
    if re.match(r"(?:/|\\|%5C){2}", address, re.IGNORECASE):
        return "//"
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", address)
    return match[1].lower() if match else ""


def readable_address(href: str) -> str:
    """A printed form of an address: with readable letters instead of encoded ones if that is safe,
    and with no more of its scheme than is needed to recognise it."""
    text = unquote(href, errors="strict") if _decodes(href) else href
    text = re.sub(r"^(?:mailto|tel):", "", text)
    text = re.sub(r"^(?:https?:)?//(?=www\.)", "", text)
    return text.removesuffix("/") if text.count("/") in (1, 3) else text


def embedded_file(address: str) -> bytes:
    """The file that is the address of an image itself, as ``data:image/…``; empty for any other, or
    if it cannot be decoded."""
    match = re.match(r"data:image/[\w.+-]{1,60}((?:;[\w=.+-]{1,60})*),", address, re.IGNORECASE)
    if match is None:
        return b""
    data = unquote_to_bytes(address[match.end() :])
    if not match[1].lower().endswith(";base64"):
        return data
    with contextlib.suppress(ValueError):
        data = b"".join(data.split()).rstrip(b"=")
        return base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)
    return b""


def host(address: str) -> str:
    """The name of the computer that an address on the web leads to."""
    with contextlib.suppress(ValueError):
        return (urlsplit(address).hostname or "").removeprefix("www.")
    return ""


def _decodes(href: str) -> bool:
    try:
        text = unquote(href, errors="strict")
    except UnicodeDecodeError:
        return False
    return text.isprintable() and not re.search(r"[\s%<>\"]", text)


def find_above(folder: Path, name: str) -> Path | None:
    """The nearest file with that name: in a folder or one above it. Files of other users, who might
    be able to write here, are ignored. The lookup is recorded."""
    try:
        start = folder.resolve()
        owner = start.stat().st_uid
    except (OSError, RuntimeError, ValueError):
        return None
    for steps, around in enumerate((start, *start.parents)):
        path = around / name
        shown = Path(os.path.normpath(folder.joinpath(*[os.pardir] * steps, name)))
        note((path if os.pardir in shown.parts else shown,))
        with contextlib.suppress(OSError):
            if path.is_file() and path.stat().st_uid == owner:
                return path
    return None


def locate(folder: Path, address: str, missing: Code, shared: str = "") -> Located | Problem:
    """The file at a relative address, from the folder, or from one that it ``shared`` with others,
    to which this is the path.

    Percent-encoding is decoded, query and fragment are dropped, and symbolic links are followed
    before checking whether the file is in the folder. Nothing outside is examined. The lookup is
    recorded (`noting`).
    """
    if shared:
        located = locate(folder / shared, address, missing)
        if isinstance(located, Problem):
            return located
        return located._replace(name=posixpath.normpath(posixpath.join(shared, located.name)))
    relative = unquote(re.split(r"[?#]", address, maxsplit=1)[0]).replace("\\", "/")
    outside = Problem(
        Code.OUTSIDE_FOLDER,
        f"“{relative}” leads out of the source's folder.",
        "Copy the file into the folder, and give its path from there.",
    )
    if relative.startswith("/"):  # as websites write it
        inside = locate(folder, relative.lstrip("/"), missing)
        hint = f"Paths start from that folder: write `{relative.lstrip('/')}`."
        return outside if isinstance(inside, Problem) else outside._replace(hint=hint)
    if Path(os.path.normpath(relative)).parts[:1] == (os.pardir,):
        return outside
    shown = str(folder / os.path.normpath(relative))
    try:
        root = folder.resolve()
        path = (root / relative).resolve()
    except (OSError, RuntimeError, ValueError):
        note((shown,))
        return Problem(missing, f"“{relative}” is not a valid path.")
    if not path.is_relative_to(root):
        note((f"{shown}/",))
        return outside
    note((shown,))
    try:
        if path.is_file():
            return Located(path, path.relative_to(root).as_posix())
        if path.is_dir():
            return Problem(missing, f"“{relative}” is a folder, not a file.")
        with (
            os.scandir(path.parent)
            if path.parent.is_dir()
            else contextlib.nullcontext(()) as entries
        ):
            names = [entry.name for entry in entries if entry.is_file()]
    except (OSError, ValueError):
        return Problem(missing, f"“{relative}” cannot be read.")
    hint = _hint(relative, path.name, names) or _elsewhere(root, relative)
    return Problem(missing, f"There is no file “{relative}”.", hint)


SITE_FILES = ("", "static/", "public/")
"""The folders, from the root of a website, in which several tools keep its files."""

SITE_SIGNS = (".git/HEAD", "_config.yml", "hugo.toml", "docusaurus.config.js")
"""The files that only the root of a repository, or of a website, has."""


def locate_in_site(folder: Path, address: str, library: str = "") -> tuple[Located, str] | None:
    """The file at a path from the root of a website, which is the folder, that of its ``library``,
    or one between it and the root of a repository; and the path to that."""
    path = address.lstrip("/")
    for shared in itertools.chain(dict.fromkeys(("", library)), _paths_upwards(folder)):
        for files in SITE_FILES:
            file = locate(folder, f"{files}{path}", Code.MISSING_IMAGE, shared)
            if isinstance(file, Located):
                return file, shared
    return None


def _paths_upwards(folder: Path) -> Iterator[str]:
    """The paths to the folders above one, up to the root of a repository or a website."""
    depths = [
        len(found.parents[name.count("/")].parts)
        for name in SITE_SIGNS
        if (found := find_above(folder, name))
    ]
    levels = len(folder.resolve().parts) - max(depths) if depths else 0
    yield from ("/".join([os.pardir] * level) for level in range(1, levels + 1))


MOST_FOLDERS = 100
"""Folders that are searched for a missing file."""


def _elsewhere(root: Path, relative: str) -> str:
    """A suggestion if the file is in the folder ``root`` or directly in one of its folders, or if
    only capital letters in the path differ."""
    name = relative.casefold().rpartition("/")[2]
    paths: list[str] = []
    with contextlib.suppress(OSError), os.scandir(root) as entries:
        inside = sorted(e.name for e in entries if e.is_dir(follow_symlinks=False))
        for start in ("", *(f"{folder}/" for folder in inside[:MOST_FOLDERS])):
            with os.scandir(root / start) as files:
                paths += (
                    f"{start}{e.name}" for e in files if e.name.casefold() == name and e.is_file()
                )
    near = sorted(paths, key=lambda path: (path.casefold() != relative.casefold(), path))
    return f"Did you mean `{near[0]}`?" if near else ""


def _hint(relative: str, name: str, names: list[str]) -> str:
    """A suggestion if a folder contains ``names`` but not ``name``."""
    start = relative[: relative.rfind("/") + 1]
    for other in sorted(names):
        if other.casefold() == name.casefold():
            return f"The file is named `{start}{other}`: capital letters count."
    stem, suffix = Path(name).stem, Path(name).suffix
    same = {Path(other).stem: other for other in names if other.endswith(suffix)}
    if not (near := same.get(nearest(stem, same), "")):
        others = {Path(other).suffix: other for other in names if Path(other).stem == stem}
        near = others.get(nearest(suffix, others), "")
    return f"Did you mean `{start}{near}`?" if near else ""


def shown_name(name: str) -> str:
    r"""The name of a file for messages and outputs: bytes that are not UTF-8 are written as
    ``\xff``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

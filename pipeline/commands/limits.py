"""Limits of a build on request: files, network, time and memory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.processes.limited_pool import (
    RAISED,
    TOO_LARGE,
    TOO_LONG,
    LimitedPool,
    Limits,
    TaskStoppedError,
)
from pipeline.commands.terminal import give_up, human_size, or_exit

if TYPE_CHECKING:
    from pipeline.driver import Result, Saved


NO_SECONDS, NO_BYTES = 10.0**8, 10**15
"""Limits that are never reached."""


def confine_to(sources: Iterable[Path], out: Path, templates: Path | None) -> None:
    """Confine this process to reading the folders of the sources and the templates, and writing to
    the output folder and the user's cache; exit if the system cannot do that."""
    from pipeline.system.store import cache_folder

    writes = [out, *filter(None, [cache_folder()])]
    for folder in writes:
        or_exit(folder.mkdir, parents=True, exist_ok=True)
    try:
        confine([*(source.parent for source in sources), *filter(None, [templates])], writes)
    except ConfinementError as error:
        give_up(f"--sandbox is not available: {error}.")


def limited_build(
    run: Callable[..., Result], timeout: float | None, memory: int | None
) -> Callable[..., Result]:
    """`driver.build` in a process of its own, which is ended if it takes too much time or memory.
    The listener only gets the files that were saved."""
    from pipeline.driver import Listener, Result
    from pipeline.model.codes import Code, diagnostic

    limits = Limits(timeout or NO_SECONDS, memory or NO_BYTES, tasks=1)

    def build_limited(
        source: Path, editions: tuple[str, ...], *, listener: Listener, executor: None
    ) -> Result:
        try:
            with LimitedPool(1, limits) as pool:
                result, saved = pool.submit(_with_saved, run, source, editions).result()
        except TaskStoppedError as error:
            if error.reason == RAISED:
                give_up(error.output)
            message, hint = stop_message(error, limits)
            return Result((diagnostic(Code.NOT_BUILT, message, source=str(source), hint=hint),))
        for event in saved:
            listener(event)
        return result

    return build_limited


def _with_saved(
    run: Callable[..., Result], source: Path, editions: tuple[str, ...]
) -> tuple[Result, list[Saved]]:
    """The result of a build, and what it saved."""
    from pipeline.driver import Saved

    saved: list[Saved] = []
    result = run(
        source,
        editions,
        listener=lambda event: saved.append(event) if isinstance(event, Saved) else None,
    )
    return result, saved


def stop_message(error: TaskStoppedError, limits: Limits, tries: int = 1) -> tuple[str, str]:
    """The message for a document that was not built, and the hint."""
    match error.reason:
        case reason if reason == TOO_LONG:
            seconds = "a second" if limits.seconds == 1 else f"{limits.seconds:g} seconds"
            message = f"Building it took more than {seconds}, and was stopped."
            hint = "Give it more time with `--timeout`, or divide it."
        case reason if reason == TOO_LARGE:
            message = f"Building it needed more than {human_size(limits.memory)} of memory."
            hint = "Give it more with `--memory`, make its images smaller, or divide it."
        case reason if reason == RAISED:
            message, hint = error.output, "This is a bug in Chapbook: please report it."
        case _:
            times = f" {tries} times" if tries > 1 else ""
            message = f"The process that built it ended{times} ({error.output})."
            hint = "If it fails with `chapbook build`, too, please report it."
    return message, hint


# --- confinement -----------------------------------------------------------------------------
# Confines this process, and all that it starts, to a few folders, without network access (Linux).
# Landlock (Linux 5.13) restricts files; an empty network namespace keeps the network away or, if
# the system grants none, Landlock does for TCP (Linux 6.7).

# system calls and constants, from linux/landlock.h, linux/prctl.h and linux/sched.h
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH, _NO_NEW_PRIVILEGES = 1, 1, 38
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1, 2, 4, 8
_TRUNCATE, _DEVICES = 1 << 14, 1 << 15 | 1 << 6 | 1 << 11
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | 1 << 15
_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: _TRUNCATE, 5: 1 << 15}
"""The rights on files by the version of Landlock that they came with."""

_TCP_VERSION, _TCP = 4, 3
_SCOPES_VERSION, _SCOPES = 6, 3

SYSTEM = (
    *("/usr", "/lib", "/lib64", "/var/cache/fontconfig", "/etc/fonts", "/etc/ld.so.cache"),
    *("/etc/localtime", "/etc/mime.types", "/dev/urandom", "/dev/null", "/dev/zero"),
)
"""The files of the system that may be read: its libraries, fonts and time zone."""


class ConfinementError(OSError):
    """This system cannot confine a process; the message says why."""


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scopes", ctypes.c_uint64),
    )


class _Rule(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def confine(reads: Iterable[Path], writes: Iterable[Path]) -> None:
    """Restrict this process permanently to these files and folders, Python's and the system's,
    without network access. The files it ``writes`` must exist. Raises `ConfinementError`."""
    if platform.system() != "Linux":
        raise ConfinementError("only Linux can confine a process to its files")
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:
        raise ConfinementError("this kernel has no Landlock (Linux 5.13 or newer has, if it is on)")
    is_alone = _has_left_network(libc)
    if not is_alone and version < _TCP_VERSION:
        raise ConfinementError("this system can neither give a network of its own nor forbid TCP")
    rights = sum(right for since, right in _RIGHTS.items() if version >= since)
    restrictions = _Ruleset(
        rights, _TCP if version >= _TCP_VERSION else 0, _SCOPES if version >= _SCOPES_VERSION else 0
    )
    ruleset = libc.syscall(
        _CREATE_RULESET, ctypes.byref(restrictions), ctypes.sizeof(restrictions), 0
    )
    _check(ruleset)
    reading = _EXECUTE | _READ_FILE | _READ_FOLDER
    for path in (*map(Path, SYSTEM), *_python(), *reads):
        _allow(libc, ruleset, path, reading)
    # another Python looks there for this package
    _allow(libc, ruleset, Path(__file__).parents[2], _READ_FOLDER)
    _allow(libc, ruleset, Path("/dev/null"), reading | _WRITE_FILE)
    for path in writes:
        _allow(libc, ruleset, path, rights & ~_DEVICES)
    _check(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _check(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _python() -> Iterable[Path]:
    """The folders of Python, of the packages, and of this one with its templates."""
    package = Path(__file__).parents[1]
    entries = (Path(entry) for entry in sys.path if entry)
    return (
        *map(Path, {sys.prefix, sys.base_prefix, sys.exec_prefix}),
        *(entry for entry in entries if entry != package.parent),
        *(package, package.parent / "templates", package.parent / "pyproject.toml"),
    )


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    """Allow files to be missing."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        of_file = rights if path.is_dir() else rights & _OF_FILES
        rule = _Rule(of_file, handle)
        _check(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0))
    finally:
        os.close(handle)


def _has_left_network(libc: ctypes.CDLL) -> bool:
    """Enter a network namespace without a network, and return whether that is permitted: to root
    directly, to others through a user namespace in which they keep their identity."""
    if libc.unshare(_NEW_NETWORK) == 0:
        return True
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_NEW_USER | _NEW_NETWORK) != 0:
        return False
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
    return True


def _check(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise ConfinementError(number, f"the system refuses: {os.strerror(number)}")

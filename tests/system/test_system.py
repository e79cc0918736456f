"""Messages without Pango, and the set-up of system packages. Package managers, ``sudo`` and the
like are replaced by commands that only record their calls; the first of them makes the missing
library appear."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
import pty
import runpy
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, NamedTuple

import pytest

from pipeline.system import pango
from tests.helpers.killing import ended, forked
from tests.helpers.paths import ROOT

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

APT = ("apt-get update", "apt-get install -y --no-install-recommends {}libharfbuzz-subset0")
APT_LINE = " && ".join(f"sudo {line.format('')}" for line in APT)


class Reply(NamedTuple):
    status: int
    message: str
    typed: list[str]


class Machine:
    """A folder with all commands that exist, and the commands typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)

    def has(self, *names: str, does: str = "") -> None:
        """Adds commands that write down how they were called."""
        for name in names:
            command = self.bin / name
            command.write_text(f'#!/bin/sh\necho "{name} $*" >>typed\n{does}\n')
            command.chmod(0o755)

    def set_up(
        self,
        *options: str,
        user: int = 1000,
        platform: str = "linux",
        answer: str | None = None,
        **variables: str,
    ) -> Reply:
        """The effect of .tools/system-packages for a user of a machine without HarfBuzz-Subset;
        with an answer, at a terminal."""
        script = str(ROOT / ".tools" / "system-packages")

        def work() -> None:
            got = Path("got")
            pango.missing_libraries = lambda: [] if got.exists() else ["HarfBuzz-Subset"]
            os.geteuid = lambda: user
            sys.platform, sys.argv = platform, [script, *options]
            sys.stdin, sys.stderr = os.fdopen(0), os.fdopen(2, "w", 1)
            runpy.run_path(script, run_name="__main__")

        return self.run(work, answer, **variables)

    def run(self, work: Callable[[], object], answer: str | None = None, **variables: str) -> Reply:
        """The effect of some work of a copy of this process."""

        def on_this_machine() -> None:
            os.chdir(self.folder)
            os.environ.clear()
            os.environ.update(PATH=str(self.bin), **variables)
            os.dup2(nothing.fileno() if answer is None else inside.fileno(), 0)
            os.dup2(inside.fileno(), 2)
            work()

        with contextlib.ExitStack() as files:
            outside, inside = map(files.enter_context, pipe() if answer is None else terminal())
            nothing = files.enter_context(Path(os.devnull).open("rb"))
            if answer is not None:
                outside.write(answer.encode())
            status = ended(forked(on_this_machine))
            if answer is None:
                inside.close()
            message = outside.read(10_000)
        typed = self.folder / "typed"
        lines = typed.read_text().splitlines() if typed.exists() else []
        return Reply(status, message.decode(), lines)


def pipe() -> tuple[IO[bytes], IO[bytes]]:
    """A pipe: the end that is read, and the one that is written."""
    outside, inside = os.pipe()
    return os.fdopen(outside, "rb"), os.fdopen(inside, "wb", 0)


def terminal() -> tuple[IO[bytes], IO[bytes]]:
    """A terminal: the end where somebody sits, and the other."""
    try:
        outside, inside = pty.openpty()
    except OSError as error:
        pytest.skip(f"there are no terminals here: {error}")
    return os.fdopen(outside, "r+b", 0), os.fdopen(inside, "r+b", 0)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "a machine")


def test_nothing_is_missing_here() -> None:
    assert pango.pango_problem() is None


@pytest.mark.parametrize(
    ("manager", "line"),
    [
        ("apt-get", "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"),
        ("dnf", "sudo dnf install -y pango harfbuzz"),
        ("apk", "sudo apk add --no-cache pango so:libharfbuzz-subset.so.0"),
        ("pacman", "sudo pacman -S --needed --noconfirm pango harfbuzz"),
    ],
)
def test_one_command_for_this_system(
    manager: str, line: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot_open(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", cannot_open)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(machine.bin))
    machine.has("sudo", manager)
    problem = pango.pango_problem()
    assert problem is not None
    assert "\n" not in problem
    assert "GObject, Pango, PangoFT2, HarfBuzz, HarfBuzz-Subset and Fontconfig" in problem
    assert problem.endswith(line)
    assert not (machine.folder / "typed").exists()


def test_one_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    load = ctypes.CDLL

    def cannot_open_pango(name: str) -> ctypes.CDLL:
        if "pango-" in name:
            raise OSError(name)
        return load(name)

    monkeypatch.setattr(ctypes, "CDLL", cannot_open_pango)
    assert (pango.pango_problem() or "").startswith("PDF needs Pango, not found")


@pytest.mark.parametrize(
    ("manager", "typed"),
    [
        ("apt-get", [line.format("") for line in APT]),
        ("dnf", ["dnf install -y harfbuzz"]),
        ("apk", ["apk add --no-cache so:libharfbuzz-subset.so.0"]),
        ("pacman", ["pacman -S --needed --noconfirm harfbuzz"]),
    ],
)
def test_root_is_not_asked(manager: str, typed: list[str], machine: Machine) -> None:
    machine.has(manager, does=": >got")
    said = machine.set_up("--required", user=0)
    assert (said.status, said.typed) == (0, typed)
    assert said.message.startswith("chapbook: PDF needs HarfBuzz-Subset. Installing it: ")


def test_what_is_there_is_not_looked_for(machine: Machine) -> None:
    machine.has("apt-get", "sudo")
    (machine.folder / "got").touch()
    assert machine.set_up("--required") == (0, "", [])


def test_sudo_without_a_password(machine: Machine) -> None:
    machine.has("apt-get", does=": >got")
    machine.has("sudo", does='[ "$1" = -n ] || exec "$@"')
    said = machine.set_up()
    assert said.typed == ["sudo -n true", *_twice(line.format("") for line in APT)]
    assert said.status == 0


@pytest.mark.parametrize(("options", "status"), [((), 0), (("--required",), 3)])
def test_nobody_to_ask(options: tuple[str, ...], status: int, machine: Machine) -> None:
    machine.has("apt-get")
    machine.has("sudo", does="exit 1")
    said = machine.set_up(*options)
    assert said.typed == ["sudo -n true"]
    needed = f"chapbook: PDF needs HarfBuzz-Subset. To install it, run: {APT_LINE}\n"
    assert (said.status, said.message) == (status, needed)


def test_without_sudo_it_takes_the_password_of_root(machine: Machine) -> None:
    machine.has("apt-get", "su")
    said = machine.set_up()
    assert said.typed == []
    line = " && ".join(line.format("") for line in APT)
    assert said.message.endswith(f"run: su -c '{line}'\n")


@pytest.mark.parametrize(
    ("answer", "ci", "installed"),
    [
        ("y\n", "", True),
        ("\n", "", True),
        ("n\n", "", False),
        ("\x04", "", False),  # the end of what is typed
        ("y\n", "true", False),
    ],
)
def test_a_person_is_asked(answer: str, ci: str, installed: bool, machine: Machine) -> None:
    machine.has("apt-get", does=": >got")
    machine.has("sudo", does='[ "$1" != -n ] && exec "$@"')
    said = machine.set_up(answer=answer, CI=ci)
    assert (machine.folder / "got").exists() is installed
    assert ("Run it now? [Y/n]" in said.message) is (not ci)
    assert ("To install it, run:" in said.message) is (not installed)
    assert APT_LINE in said.message.replace("\r\n", "\n")


def test_packages_that_cannot_be_fetched(machine: Machine) -> None:
    machine.has("apt-get", does="echo E: Temporary failure >&2; exit 100")
    said = machine.set_up("--required", user=0)
    assert (said.status, said.typed) == (3, ["apt-get update"])
    line = " && ".join(line.format("") for line in APT)
    assert said.message.endswith(f"When the problem is solved, run: {line}\n")
    assert "E: Temporary failure" in said.message


def test_a_system_with_no_manager_that_is_known(machine: Machine) -> None:
    said = machine.set_up()
    assert said == (
        0,
        "chapbook: PDF needs HarfBuzz-Subset: install it with your system's package manager.\n",
        [],
    )


def test_homebrew(machine: Machine) -> None:
    machine.has("apt-get")
    said = machine.set_up(platform="darwin")
    assert said.message.endswith("Install Homebrew, then run: brew install harfbuzz\n")
    machine.has("brew", does=": >got")
    assert machine.set_up("--required", platform="darwin").typed == ["brew install harfbuzz"]


@pytest.mark.parametrize("comes", [True, False])
def test_python_without_its_modules(comes: bool, machine: Machine) -> None:
    machine.has("apt-get", does=": >got" if comes else "")
    machine.has("python3.13", does="[ -e got ]")
    said = machine.set_up("--venv", "python3.13", user=0)
    assert said.status == (0 if comes else 3)
    assert [line for line in said.typed if line.startswith("apt")] == [
        line.format("python3.13-venv ") for line in APT
    ]
    assert "python3.13 lacks the modules venv and ensurepip, and PDF needs" in said.message


# replaces Python, which lacks venv and ensurepip until its packages are installed
PYTHON = """
case "$*" in
    *ensurepip*) [ -e got ] ;;
    *system-packages*) : >got ;;
    *"pip install"*) exit "${PIP:-0}" ;;
    "-m venv "*) for venv; do :; done; mkdir -p "$venv/bin"; cp "$0" "$venv/bin/python" ;;
esac
"""


@pytest.fixture
def bare(machine: Machine) -> Machine:
    """A machine with the common commands."""
    for name in ("cp", "date", "mkdir", "sh", "uname"):
        (machine.bin / name).symlink_to(str(shutil.which(name)))
    return machine


def set_up(bare: Machine, extras: str = "", **variables: str) -> Reply:
    script = str(ROOT / ".tools" / "venv")
    return bare.run(lambda: os.execvp("sh", ["sh", script, "my venv", extras]), **variables)


@pytest.mark.parametrize(("extras", "options"), [("", ""), ("test", " --required")])
def test_packages_come_before_the_environment(extras: str, options: str, bare: Machine) -> None:
    bare.has("python3", does=PYTHON)
    said = set_up(bare, extras)
    assert (said.status, said.message) == (0, "")
    got = said.typed.index(f"python3 -P .tools/system-packages --venv python3{options}")
    assert said.typed.index("python3 -m venv my venv") > got
    assert (bare.folder / "my venv" / "bin" / "python").exists()


def test_packages_that_do_not_come(bare: Machine) -> None:
    bare.has(
        "python3", does='case "$*" in *ensurepip*) exit 1 ;; *system-packages*) exit 3 ;; esac'
    )
    assert set_up(bare).status == 3
    assert not (bare.folder / "my venv").exists()


def test_pip_that_fetches_nothing(bare: Machine) -> None:
    bare.has("python3", does=PYTHON)
    said = set_up(bare, PIP="1")
    assert said.status == 3
    assert said.message.endswith("into my venv. Is this machine online?\n")


@pytest.mark.parametrize(
    ("commands", "line"),
    [
        (("apt-get",), "sudo apt-get install python3 python3-venv"),
        (("dnf",), "sudo dnf install python3"),
        (("apk",), "apk add python3"),
        (("pacman",), "sudo pacman -S python"),
        ((), "is needed"),
    ],
)
def test_no_python(commands: tuple[str, ...], line: str, bare: Machine) -> None:
    bare.has(*commands)
    said = set_up(bare)
    assert said.status == 3
    assert said.message.startswith("chapbook: python3 was not found; Python 3.11 or newer is")
    assert said.message.endswith(f"{line}\n")
    assert said.typed == []


def _twice(lines: Iterable[str]) -> Iterable[str]:
    """Each line as ``sudo`` got it, and as it ran it."""
    return (said for line in lines for said in (f"sudo {line}", line))

"""A build that is killed at any moment, that has no room or no right to write, that is one of two,
or whose source is edited meanwhile, leaves outputs whole, no litter, and the next build right.

`make test ARGS="-k killed" KILLS=500` kills that many."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

import pipeline
from pipeline import Ran
from pipeline.commands import main
from pipeline.commands.limits import ConfinementError, confine
from pipeline.package.pdf.engine.adapter import typesetter  # noqa: F401 (loaded before processes fork)
from pipeline.system import outputs
from tests.helpers.killing import Changes, ended, forked
from tests.system.test_saving import contents

KILLS = int(os.environ.get("KILLS", "4"))
EDITIONS = ("web", "handout", "ebook")
SOURCE = """---
title: The well
lang: en
page_list: false
---

It is the {0} well.[^a]

| Who | Hands |
|-----|------:|
| Ada |     2 |

## More of it

{1}

[^a]: It is {0}.
"""
VERSIONS = {
    "old": SOURCE.format("old", "Nobody had counted the wells before. " * 12),
    "new": SOURCE.format("new", "Everybody has counted the wells since. " * 18),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
    pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning"),
]


def build(source: Path, out: Path, editions: Sequence[str] = EDITIONS) -> None:
    assert not pipeline.build(source, editions, out=out).failed


def shown(out: Path) -> dict[str, bytes]:
    """All files that people see, without those of the cache."""
    return {name: data for name, data in contents(out).items() if not name.startswith(".cache/")}


@pytest.mark.usefixtures("folders")  # copies of a process that has built have loaded what builds
def test_a_killed_build_leaves_one_set_or_the_other(tmp_path: Path) -> None:
    chance = random.Random(os.environ.get("SEED", "3"))
    source, out, told = tmp_path / "well.md", tmp_path / "out", tmp_path / "changes"
    cache, folder = out / ".cache", out / "well"
    whole = dict[str, dict[str, bytes]]()
    numbers = dict[bool, int]()

    def count() -> None:
        changes = Changes()
        build(source, out)
        number = changes.number
        told.write_text(str(number))

    def killed(last: int) -> bool:
        def work() -> None:
            Changes(last)
            build(source, out)

        return ended(forked(work)) == -signal.SIGKILL

    for version, is_cold in (("old", True), ("new", True), ("old", False)):
        source.write_text(VERSIONS[version], "utf-8")
        assert ended(forked(count)) == 0
        numbers[is_cold] = int(told.read_text())
        assert shown(out) == whole.setdefault(version, shown(out))
    before, left = "old", Counter[str]()
    while left.total() < KILLS:
        version, is_cold = chance.choice(("old", "new")), chance.random() < 0.7
        if is_cold:
            shutil.rmtree(cache, ignore_errors=True)
        source.write_text(VERSIONS[version], "utf-8")
        number = numbers[is_cold]  # half of the times it is one of the last, those of the outputs
        if not killed(number - chance.randrange(chance.choice((number, 20)))):  # it was done
            before = version
            continue
        mixed = contents(folder).items() not in [
            {k.removeprefix("well/"): v for k, v in w.items() if k.startswith("well/")}.items()
            for w in whole.values()
        ]
        outputs.recover(folder)
        found = {f"well/{name}": data for name, data in contents(folder).items()}
        kept = [name for name in whole if found.items() <= whole[name].items()]
        assert kept
        assert len(found) == sum(name.startswith("well/") for name in whole["old"])
        assert kept[0] in (before, version)
        left[f"{kept[0] == version}, {'seen' if mixed else 'unseen'}"] += 1
        build(source, out)
        assert shown(out) == whole[version]
        before = version
    print(dict(left), numbers)


QUICK = ("web", "ebook")


def left(out: Path) -> dict[str, bytes]:
    """All that is there, but for what the document's own file says: it names the folder."""
    found = shown(out)
    return {name: data if name != ".work/well/model.json" else b"" for name, data in found.items()}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The versions, each built in a folder of its own."""
    made = {version: tmp_path_factory.mktemp(version) for version in VERSIONS}
    for version, folder in made.items():
        (folder / "well.md").write_text(VERSIONS[version], "utf-8")
        build(folder / "well.md", folder / "out", QUICK)
    return made


@pytest.fixture(scope="module")
def whole(folders: dict[str, Path]) -> dict[str, dict[str, bytes]]:
    """The outputs of the versions."""
    return {version: left(folder / "out") for version, folder in folders.items()}


@pytest.fixture
def built(folders: dict[str, Path], tmp_path: Path) -> Path:
    """A source whose old version has been built; now it has the new one."""
    shutil.copytree(folders["old"], tmp_path, dirs_exist_ok=True)
    (tmp_path / "well.md").write_text(VERSIONS["new"], "utf-8")
    return tmp_path / "well.md"


def without_room() -> None:
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def without_right() -> None:
    confine([Path.cwd()], [])


@pytest.mark.parametrize("limit", [without_room, without_right])
def test_a_build_that_cannot_write_changes_nothing(
    limit: Callable[[], None],
    built: Path,
    whole: dict[str, dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(built.parent)
    told = tmp_path / "told"

    def attempt() -> None:
        try:
            limit()
        except ConfinementError:
            os._exit(5)
        options = [option for name in QUICK for option in ("--edition", name)]
        done = CliRunner().invoke(main, ["build", "well.md", "--out", "out", *options])
        os.write(handle, done.stderr.encode())
        os._exit(done.exit_code)

    handle = os.open(told, os.O_WRONLY | os.O_CREAT)
    code = ended(forked(attempt))
    os.close(handle)
    if code == 5:
        pytest.skip("this system cannot confine a process")
    assert code == 3
    assert told.read_text("utf-8").startswith("chapbook: cannot write ")
    assert left(built.parent / "out") == whole["old"]
    build(built, built.parent / "out", QUICK)
    assert left(built.parent / "out") == whole["new"]


def test_two_builds_at_once_leave_one_whole_set(
    built: Path, whole: dict[str, dict[str, bytes]]
) -> None:
    out = built.parent / "out"
    for version in ("new", "old"):
        shutil.rmtree(out / ".cache")
        built.write_text(VERSIONS[version], "utf-8")
        builds = [forked(lambda: build(built, out, QUICK)) for _ in range(2)]
        assert [ended(one) for one in builds] == [0, 0]
        assert left(out) == whole[version]


@pytest.mark.parametrize("stage", ["parse", "resolve", "render", "package"])
def test_a_source_that_is_edited_while_it_is_built(
    stage: str, built: Path, whole: dict[str, dict[str, bytes]]
) -> None:
    """All is of one version, and the next build is of the other."""
    out = built.parent / "out"

    def edit(event: object) -> None:
        if isinstance(event, Ran) and event.stage == stage:
            built.write_text(VERSIONS["old"], "utf-8")

    shutil.rmtree(out / ".cache")
    pipeline.build(built, QUICK, out=out, listener=edit)
    assert left(out) in (whole["old"], whole["new"])
    build(built, out, QUICK)
    assert left(out) == whole["old"]

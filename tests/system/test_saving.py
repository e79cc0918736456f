"""Outputs are replaced as a set: killed, disturbed or out of space, a build leaves the old set or,
once the next one has begun, the new one; and no litter."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from pipeline.system import outputs
from tests.helpers.killing import Changes, ended, forked

OLD = {"a.html": b"old a", "a-site/index.html": b"old index", "a-site/gone.html": b"old page"}
NEW = {"a.html": b"new a", "a-site/index.html": b"new index", "a-site/more/new.html": b"new"}


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    outputs.write_all(tmp_path, {tmp_path / name: data for name, data in OLD.items()})
    return tmp_path


def test_a_set_replaces_another(folder: Path) -> None:
    new = {folder / name: data for name, data in NEW.items()}
    assert set(outputs.write_all(folder, new, [folder / "a-site/gone.html"])) == set(new)
    assert contents(folder) == NEW
    assert outputs.write_all(folder, new, [folder / "a-site/gone.html"]) == ()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_process_begun_while_a_set_is_written_keeps_nobody_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    process = get_context("fork").Process(target=signal.pause, daemon=True)

    def begin_meanwhile(*_: object) -> bool:
        process.start()
        return False

    monkeypatch.setattr(outputs, "holds", begin_meanwhile)
    assert outputs.write(folder / "a.html", b"first")
    monkeypatch.undo()
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)
        process.kill()
        process.join()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_killed_process_leaves_the_old_set_or_the_next_one_finishes_the_new(folder: Path) -> None:
    new = {folder / name: data for name, data in NEW.items()}
    seen = set()

    def is_killed(last: int) -> bool:
        def save() -> None:
            Changes(last)
            outputs.write_all(folder, new, [folder / "a-site/gone.html"])

        return ended(forked(save)) == -signal.SIGKILL

    for last in range(1, 60):
        outputs.write_all(folder, {folder / name: data for name, data in OLD.items()})
        for name in NEW.keys() - OLD.keys():
            (folder / name).unlink(missing_ok=True)
        was_killed = is_killed(last)
        outputs.recover(folder)
        assert contents(folder) in (OLD, NEW), f"a mix before change {last}"
        seen.add(tuple(contents(folder)))
        if not was_killed:
            break
    else:
        pytest.fail("saving has no end")
    assert last > 10
    assert len(seen) == 2


def test_nothing_changes_where_a_folder_is_in_the_way(folder: Path) -> None:
    (folder / "b.html").mkdir()
    with pytest.raises(IsADirectoryError, match=r"b\.html"):
        outputs.write_all(folder, {folder / "a.html": b"new a", folder / "b.html": b"new b"})
    assert contents(folder) == OLD
    assert not (folder / outputs.STAGING).exists()


def test_a_journal_of_somebody_else_leads_nowhere(folder: Path) -> None:
    inner = folder / "a-site"
    (inner / outputs.STAGING).mkdir()
    (inner / outputs.STAGING / "0").write_bytes(b"planted")
    journal = b'{"moves": {"0": "../a.html"}, "gone": ["../a.html"]}'
    (inner / outputs.STAGING / outputs.JOURNAL).write_bytes(journal)
    outputs.recover(inner)
    assert contents(folder) == OLD


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no copies of processes")
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    def save_often(letter: bytes) -> None:
        for _ in range(50):
            outputs.write_all(tmp_path, {tmp_path / f"{n}.txt": letter for n in range(5)})

    writers = [forked(partial(save_often, letter)) for letter in (b"a", b"b")]
    assert [ended(writer) for writer in writers] == [0, 0]
    assert len(set(contents(tmp_path).values())) == 1
    assert len(contents(tmp_path)) == 5


def test_long_names_are_saved(tmp_path: Path) -> None:
    name = "n" * 255
    assert outputs.write(tmp_path / name, b"text")
    assert contents(tmp_path) == {name: b"text"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        outputs.write(tmp_path / "a", b"text")
    assert contents(tmp_path) == {}

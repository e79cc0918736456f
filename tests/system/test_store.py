"""The store: a folder of results, under names that depend on the code and on files."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pikepdf
import pytest

from pipeline.system import store as stores
from pipeline.system.store import Folder, key


def test_an_installed_file_is_known_by_the_version_of_its_package(tmp_path: Path) -> None:
    """Megabytes of fonts need not be read again to see whether they are the same."""
    font = Path(pikepdf.__file__)
    path = tmp_path / "a.txt"
    path.write_text("abc", "utf-8")
    assert stores.file_digest(str(font)) == str(font.stat().st_size)
    assert stores.file_digest(str(path)) != str(path.stat().st_size)


def test_the_version_is_that_of_code_libraries_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> str:
        stores.installed_version.cache_clear()
        stores.packages.cache_clear()
        return stores.code_version()

    (tmp_path / "code.py").write_text("1", "utf-8")
    monkeypatch.setattr(stores, "CODE", tmp_path)
    seen = [found()]
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "code.pyc").write_text("2", "utf-8")
    assert found() == seen[0]
    (tmp_path / "code.py").write_text("22", "utf-8")
    seen.append(found())
    (tmp_path / "library-2.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    seen.append(found())
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    seen.append(found())
    assert len(set(seen)) == 4
    monkeypatch.undo()
    stores.installed_version.cache_clear()


def test_an_installed_program_is_known_by_the_record_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the same on each machine, whenever it was installed."""
    code, record = tmp_path / "pipeline" / "code.py", tmp_path / "chapbook-1.dist-info" / "RECORD"
    code.parent.mkdir()
    record.parent.mkdir()
    monkeypatch.setattr(stores, "CODE", code.parent)
    versions = []
    for time, digest in ((1, "a"), (2, "a"), (2, "b")):
        code.write_text("1", "utf-8")
        os.utime(code, (time, time))
        record.write_text(digest, "utf-8")
        stores.installed_version.cache_clear()
        versions.append(stores.code_version())
    assert versions[0] == versions[1] != versions[2]
    monkeypatch.undo()
    stores.installed_version.cache_clear()


def test_a_folder_keeps_what_it_is_given(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "folder")
    assert folder.get(key("a")) is None
    folder.put(key("a"), b"one")
    assert Folder(tmp_path / "new" / "folder").get(key("a")) == b"one"
    folder.put(key("a"), b"two")
    assert folder.get(key("a")) == b"two"


@pytest.mark.parametrize("damage", [b"", b"short", bytes(40)])
def test_a_damaged_file_is_not_used(tmp_path: Path, damage: bytes) -> None:
    folder = Folder(tmp_path)
    folder.put(key("a"), b"one")
    (tmp_path / key("a")).write_bytes(damage)
    assert folder.get(key("a")) is None


def test_what_was_not_used_for_longest_goes_and_nothing_of_others(tmp_path: Path) -> None:
    folder = Folder(tmp_path, limit=3 * (32 + 100))
    (tmp_path / "notes.txt").write_bytes(bytes(1000))
    (tmp_path / "folder").mkdir()
    for age, name in enumerate("abcde"):
        folder.put(key(name), bytes(100))
        os.utime(tmp_path / key(name), (1000 + age, 1000 + age))
    assert folder.get(key("a"))  # it is in use
    folder.trim()
    left = {name for name in "abcde" if (tmp_path / key(name)).exists()}
    assert left == {"a", "d", "e"}
    assert (tmp_path / "notes.txt").exists()
    assert (tmp_path / "folder").exists()


def test_a_folder_is_not_looked_through_at_every_build(tmp_path: Path) -> None:
    folder = Folder(tmp_path, limit=200)
    folder.trim(every=60)
    for name in "abc":
        folder.put(key(name), bytes(100))
    folder.trim(every=60)
    assert len([name for name in "abc" if folder.get(key(name))]) == 3
    (tmp_path / "trimmed").touch()
    os.utime(tmp_path / "trimmed", (1000, 1000))
    folder.trim(every=60)
    assert len([name for name in "abc" if folder.get(key(name))]) == 1


def test_what_was_never_finished_goes(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    lately, long_ago = (tmp_path / f"{key(name)}-1.new" for name in "ab")
    lately.touch()
    long_ago.touch()
    os.utime(long_ago, (1000, 1000))
    folder.trim()
    assert (lately.exists(), long_ago.exists()) == (True, False)


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = Folder(tmp_path / "file")
    folder.put(key("a"), b"one")
    assert folder.get(key("a")) is None
    folder.trim()


def _put_often(path: Path) -> None:
    folder = Folder(path, limit=2000)
    for number in range(100):
        folder.put(key(str(number % 7)), str(number % 7).encode() * 100)
        found = folder.get(key(str(number % 5)))
        assert found in (None, str(number % 5).encode() * 100)
        folder.trim()


def test_several_may_use_a_folder(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as executor:
        for one in [executor.submit(_put_often, tmp_path) for _ in range(3)]:
            one.result()
    assert not list(tmp_path.glob("*.new"))

"""Property tests try the same examples every time; `make fuzz` searches with others."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.paths import TESTS

PATH = Path(__file__)


def drawn() -> list[tuple[list[int], str]]:
    found = []

    @given(st.lists(st.integers()), st.text())
    def draw(numbers: list[int], text: str) -> None:
        found.append((numbers, text))

    draw()
    return found


def test_they_do_not_depend_on_what_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = drawn()
    constants = (f"A{n} = {10**9 + n}; B{n} = 'a text that nobody draws, {n}'" for n in range(500))
    (tmp_path / "constants_of_its_own.py").write_text("\n".join(constants), "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.import_module("constants_of_its_own")
    assert drawn() == before


def test_their_number_is_that_of_the_profile() -> None:
    tests = TESTS.rglob("test_*.py")
    assert [path.name for path in tests if "@settings(" in path.read_text("utf-8")] == [PATH.name]

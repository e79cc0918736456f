"""What is said where Pango is missing."""

from __future__ import annotations

import ctypes
import ctypes.util

import pytest

from pipeline import system


def test_nothing_is_missing_here() -> None:
    assert system.pango_problem() is None


def test_one_line_for_all_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot_open(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", cannot_open)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    problem = system.pango_problem()
    assert problem is not None
    assert "\n" not in problem
    assert "GObject, Pango, PangoFT2, HarfBuzz, HarfBuzz-Subset and Fontconfig" in problem
    assert all(name in problem for name in ("Debian", "Fedora", "macOS", "Windows"))


def test_one_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    load = ctypes.CDLL

    def cannot_open_pango(name: str) -> ctypes.CDLL:
        if "pango-" in name:
            raise OSError(name)
        return load(name)

    monkeypatch.setattr(ctypes, "CDLL", cannot_open_pango)
    assert (system.pango_problem() or "").startswith("PDF needs Pango, not found")

"""Code and formulas of a document are computed in batches, here or in other processes."""

from __future__ import annotations

from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import pytest

import pipeline
from pipeline import Ran, keep
from pipeline.driver import Event
from pipeline.features import formulas
from pipeline.features.formulas import outlines
from pipeline.resolve import code

SPREAD = """---
title: Wells
lang: en
editions: [handout]
---

{}
"""


def test_code_and_formulas_may_be_computed_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result is the same; an edit has one part of them computed again."""
    pieces = [f"$w_{{{n}}} + {n}$\n\n```python\ndeep({n})  # well\n```\n" for n in range(6)]
    pieces.append(r"$\unknown$")
    monkeypatch.setattr(keep, "MANY_CALLS", 3)
    monkeypatch.setattr(keep, "CALLS_IN_BATCH", 2)
    batches: dict[str, str] = {}

    def on_event(event: Event) -> None:
        if isinstance(event, Ran) and event.stage in ("formulas", "highlight", "drawings"):
            batches[event.stage] = event.note

    def build(name: str, executor: Executor | None = None) -> bytes:
        """Nothing is known from earlier builds in this process."""
        for function in (code.highlight_piece, formulas.set_formula, outlines.draw):
            function.cache_clear()
        batches.clear()
        out = tmp_path / name
        pipeline.build(source, ["handout"], out=out, executor=executor, listener=on_event)
        return (out / "wells" / "wells.pdf").read_bytes()

    source = tmp_path / "wells.md"
    source.write_text(SPREAD.format("\n".join(pieces)), "utf-8")
    alone = build("alone")
    with monkeypatch.context() as patch:
        patch.setattr(keep, "MANY_CALLS", 500)
        assert build("one by one") == alone
        assert not batches
    with ProcessPoolExecutor(1) as executor:
        assert build("several", executor) == alone
        assert batches == dict.fromkeys(("formulas", "highlight", "drawings"), "4 of 4")
        edited = SPREAD.format("\n".join(pieces).replace("deep(5)", "deeper(5)"))
        source.write_text(edited, "utf-8")
        build("several", executor)
        assert batches["highlight"] in ("1 of 4", "2 of 4")
        assert batches["formulas"] == "0 of 4"

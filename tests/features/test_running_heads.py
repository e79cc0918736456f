"""Running heads of units, which are drawn apart from their pages."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pipeline.features.forms import LATIN_FACE
from pipeline.model.editions import EDITIONS
from pipeline.package.pdf.units import heads
from pipeline.package.result import font_files
from pipeline.package.units import Furniture


def test_running_heads_may_be_set_in_several_threads() -> None:
    css = "@page { size: 300px; margin: 50px; @top-left { content: string(title) } }"
    fonts = tuple(map(str, font_files((LATIN_FACE,))))
    area, texts = (50.0, 50.0, 200.0, 200.0), list[Furniture]()
    for number in range(10):
        pages: Any = ((None, area, {"title": (f"Text {number}",)}),) * 4
        texts.append(Furniture("<html><body/></html>", (css,), fonts, 1, 0, {}, pages))

    def drawn(furniture: Furniture) -> tuple[bytes, ...]:
        return heads.function(furniture, EDITIONS["handout"], "").drawing.streams

    one_by_one = [drawn(text) for text in texts]
    assert len(set(one_by_one)) == len(texts)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(drawn, texts)) == one_by_one
    finally:
        sys.setswitchinterval(before)

"""A preview whose builds wait once the pages of a book are set: python -m tests.waiting_preview
SOURCE OUT

A text of a few words is a book here, and set in units. A build goes on if there is a file ``go``
next to the source, which it takes away, and fails with the words in it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from pipeline.cli import main
from pipeline.model.sheet import proportions
from pipeline.package import pdf, units
from pipeline.package.pdf.units import book


def waiting(go: Path) -> None:
    """Let the joining of units wait."""
    join = book.joined

    def joined(*arguments: Any) -> Any:
        while not go.exists():
            time.sleep(0.005)
        words = go.read_text("utf-8")
        go.unlink()
        if words:
            raise RuntimeError(words)
        return join(*arguments)

    vars(pdf)["joined"] = joined


if __name__ == "__main__":
    source, out = sys.argv[1:]
    proportions.BOOK_WORDS, units.LENGTH, units.LONG = 100, 1000, 3000
    waiting(Path(source).with_name("go"))
    main(["preview", source, "--no-open", "--edition", "handout", "--out", out])

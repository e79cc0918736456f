"""The starters that ``chapbook new`` writes: sources that explain themselves."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

_FOLDER = Path(__file__).parent

STARTERS = tuple(sorted(path.stem for path in _FOLDER.glob("*.md")))

USUAL = "handout"


def starter(name: str, kind: str = USUAL) -> str:
    """The text of a starter of a ``kind`` for a file called ``name`` (without ending)."""
    text = (_FOLDER / f"{kind}.md").read_text("utf-8")
    title = re.sub(r"[-_\s]+", " ", name).strip()
    values = {
        "title": json.dumps(title[:1].upper() + title[1:] or "Untitled", ensure_ascii=False),
        "date": datetime.date.today().isoformat(),
    }
    return re.sub(r"^(title|date): .*$", lambda m: f"{m[1]}: {values[m[1]]}", text, flags=re.M)

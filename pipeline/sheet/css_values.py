"""Text as a value in a style sheet."""

from __future__ import annotations

import json
import re


def string(text: str) -> str:
    """A CSS string (CSS Syntax 3, section 4.3.5)."""
    return json.dumps(text, ensure_ascii=False).replace("\\n", "\\a ")


def content(pattern: str, **values: str) -> str:
    """A pattern as the value of `content`, with CSS for its fields."""
    texts = re.split(r"\{(\w+)\}", pattern)
    return " ".join(
        values[text] if number % 2 else string(text) for number, text in enumerate(texts)
    )

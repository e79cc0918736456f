"""mdBook's directives in a chapter: included files, or parts of files, and hidden lines of Rust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.model.late import late

DEEPEST, MOST = 10, 1000
"""Files that include others, and files included by a chapter."""

_DIRECTIVE = late(
    r"(\\?)\{\{\s*+#(include|rustdoc_include|playground|playpen|title)\s++([^{}\n]{1,300}?)\s*+\}\}"
)
_ANCHOR = late(r"ANCHOR(_END)?:[ \t]*+([\w-]++)")
_RUST = late(r"[ \t]*+(`{3,}|~{3,})[ \t]*+rust\b")
_HIDDEN = late(r"[ \t]*+#(?:[ \t]|$)")


def expanded(text: str, path: Path, *, in_book: bool) -> tuple[str, int]:
    """The text of a chapter with its includes, and the number of hidden lines of Rust. A directive
    stays if its file is not in the folder of the book or of the chapter."""
    folder = path.parent
    above = [parent for parent in (folder, *folder.parents) if (parent / "book.toml").is_file()]
    root = (above[0] if in_book and above else folder).resolve()
    text = _with_files(text, folder, root, 0, iter(range(MOST)))
    return _without_hidden(text) if in_book and above else (text, 0)


def _with_files(text: str, folder: Path, root: Path, depth: int, left: Iterator[int]) -> str:
    def replaced(match: re.Match[str]) -> str:
        escape, kind, argument = match.groups()
        if escape:
            return match[0][1:]
        if kind == "title":
            return ""
        name, _, part = argument.partition(" ")[0].partition(":")
        file = (folder / name).resolve()
        is_there = file.is_relative_to(root) and file.is_file()
        if not is_there or depth >= DEEPEST or next(left, None) is None:
            return match[0]
        try:
            lines = _part(file.read_text("utf-8-sig", "replace").splitlines(), part)
        except OSError:
            return match[0]
        included = "\n".join(lines)
        if kind == "include" or kind == "rustdoc_include":
            return _with_files(included, file.parent, root, depth + 1, left)
        return f"```rust\n{included}\n```"

    return _DIRECTIVE.sub(replaced, text)


def _part(lines: list[str], part: str) -> list[str]:
    """The lines of a file between two numbers, or two anchors, without the lines of anchors."""
    first, _, last = part.partition(":")
    if part and (first or "1").isdecimal() and (last or "1").isdecimal():
        end = last if ":" in part else first
        lines = lines[max(0, int(first or 1) - 1) : int(end) if end else None]
        part = ""
    selected: list[str] = []
    is_in = not part
    for line in lines:
        anchor = _ANCHOR.search(line)
        if anchor and part and anchor[2] == part:
            is_in = not anchor[1]
        elif is_in and not anchor:
            selected.append(line)
    return selected


def _without_hidden(text: str) -> tuple[str, int]:
    """The text without the lines of Rust that begin with ``#``, and their number."""
    lines: list[str] = []
    fence = ""
    hidden = 0
    for line in text.split("\n"):
        if fence:
            if line.strip() == fence:
                fence = ""
            elif _HIDDEN.match(line):
                hidden += 1
                continue
            elif line.lstrip().startswith("##"):
                line = line.replace("##", "#", 1)
        elif opening := _RUST.match(line):
            fence = opening[1]
        lines.append(line)
    return "\n".join(lines), hidden

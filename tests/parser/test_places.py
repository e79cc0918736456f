"""Places in the source: they move with the block that they are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from pipeline import parse
from pipeline.model import Block, Document, Node, Section
from pipeline.model.tree import top_level
from tests.helpers import making
from tests.helpers.trees import nodes

CHAPTER = """\
# Chapter {n}

The *first* paragraph of {n}, with “quotes”, `code`, a [link](#chapter-{n})
and a [^note-{n}] in its {n} lines.^[One in a line.]

- One of {n}
- Two of {n}, and [an answer]{{.answer}}

  > with a quotation of {n}

## Things of chapter {n} {{#sec-things-{n}}}

::: exercise What is {n}?
Write it, with $x^{n}$:
::: lines 2
:::
::: answer
It is {n}.
:::
:::

| A | B |
|---|---|
| {n} | see @sec-things-{n} |

Table: Of {n} {{.unnumbered}}

```python
print({n})
```

***

The same in all chapters.

[^note-{n}]: The note of {n}.
"""
FRONT = "---\ntitle: A long book\nnumber_sections: true\n---\n\n"
BOOK = "".join(CHAPTER.format(n=n) + "\n" for n in range(1, 5))
NEW = "A paragraph that is put in at the top,\nin two lines.\n\n"


def blocks(found: Iterable[Block | Node]) -> Iterator[bytes]:
    """The bytes of the blocks and titles that a reader of the source sees at its top level."""
    for block in found:
        if isinstance(block, Section):
            yield msgspec.json.encode(msgspec.structs.replace(block, children=()))
            yield from blocks(block.children)
        else:
            yield msgspec.json.encode(block)


def stages(text: str, edition: str) -> Iterator[Document]:
    document = parse(text, "book.md")
    yield document
    yield making.selected(document, edition)
    yield making.resolved(document, edition)


def test_a_paragraph_at_the_top_changes_no_block_but_itself() -> None:
    before = stages(FRONT + BOOK, "teacher")
    after = stages(FRONT + NEW + BOOK, "teacher")
    for old, new in zip(before, after, strict=True):
        kept = Counter(blocks(top_level(old)))
        assert len(kept) > 40
        (added,) = (Counter(blocks(top_level(new))) - kept).elements()
        assert b"put in at the top" in added
        assert not kept - Counter(blocks(top_level(new)))


def test_nor_does_one_with_a_note_before_these_are_numbered() -> None:
    old, new = (parse(FRONT + text + BOOK) for text in ("", NEW.strip() + "^[New.]\n\n"))
    kept = Counter(blocks(top_level(old)))
    assert len(list((Counter(blocks(top_level(new))) - kept).elements())) == 2
    assert not kept - Counter(blocks(top_level(new)))


def test_findings_have_the_right_position() -> None:
    text = FRONT + BOOK + "![](nothing.png)\n"
    for source in (text, text.replace(FRONT, FRONT + NEW)):
        (found,) = (one for one in making.resolved(parse(source, "book.md")).diagnostics
                    if one.code == "missing-image")  # fmt: skip
        assert source.split("\n")[found.line - 1] == "![](nothing.png)"


def test_every_place_is_in_a_block_that_has_one() -> None:
    document = parse(FRONT + BOOK, "book.md")
    lines = (FRONT + BOOK).split("\n")
    for node in nodes(document):
        if node.span:
            place = document.place(node.span)
            assert node.span.block
            assert place
            assert 1 <= place.line <= len(lines)

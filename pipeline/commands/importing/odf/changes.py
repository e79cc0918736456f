"""Tracked changes of an OpenDocument text, accepted, rejected or kept: the text without change
marks. Deleted text is at the beginning of the file; inserted text is between marks."""

from __future__ import annotations

from copy import deepcopy
from typing import Literal

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.article import drop
from pipeline.commands.importing.draft import Changes, append_text
from pipeline.commands.importing.odf.odf_names import TEXT

INSERTED, DELETED = f"{TEXT}inserted", f"{TEXT}deleted"
"""Elements around kept changes, which do not occur in files."""

_PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
_INLINE_PARENTS = (*_PARAGRAPHS, f"{TEXT}span", f"{TEXT}a")
_Slot = tuple[Element, Literal["text", "tail"]]


def settle(body: Element, changes: Changes) -> int:
    """Accept, reject or keep the changes of a text, and give their number."""
    regions = [*body.iter(f"{TEXT}changed-region")]
    if changes != "accept":
        _insertions(body, _ids(regions, "insertion"), changes)
        deleted = _ids(regions, "deletion")
        for point in [*body.iter(f"{TEXT}change")]:
            change = deleted.get(point.get(f"{TEXT}change-id") or "")
            if change is not None:
                copies = [deepcopy(block) for block in change if block.tag.startswith("{")]
                blocks = [block for block in copies if not block.tag.endswith("}change-info")]
                for block in blocks:
                    block.tail = None
                (_restore if changes == "reject" else _keep)(point, blocks)
    return len(regions)


def _ids(regions: list[Element], kind: str) -> dict[str, Element]:
    pairs = ((region, region.find(f"{TEXT}{kind}")) for region in regions)
    return {r.get(f"{TEXT}id") or "": inner for r, inner in pairs if inner is not None}


def _insertions(body: Element, inserted: dict[str, Element], changes: Changes) -> None:
    """Remove inserted content, or put an element around it."""
    slots: list[_Slot] = []
    whole: list[Element] = []
    joined: list[tuple[Element, Element]] = []
    began: dict[Element, int] = {}
    open_: dict[str, Element] = {}
    time = 0
    for event, element in [*etree.iterwalk(body, events=("start", "end"))]:
        key = element.get(f"{TEXT}change-id") or ""
        if event == "start":
            if open_ and element.tag != f"{TEXT}change-end":
                began[element] = time
                slots.append((element, "text"))
            if key in inserted and element.tag == f"{TEXT}change-start":
                open_[key] = element
            elif element.tag == f"{TEXT}change-end" and (start := open_.pop(key, None)) is not None:
                time += not open_
                joined.append((start, element))
        elif open_:
            if began.get(element) == time:
                whole.append(element)
            slots.append((element, "tail"))
    if changes == "keep":
        for element, place in slots:
            _wrap(element, place)
        return
    for element, place in slots:
        setattr(element, place, None)
    pairs = [(_paragraph(start), _paragraph(end)) for start, end in joined]
    for element in whole:
        drop(element)
    for first, last in pairs:
        if first is not None and last is not None and first is not last:
            _append(first, last)
            drop(last)


def _wrap(element: Element, place: Literal["text", "tail"]) -> None:
    """Put an element around a text that was inserted."""
    parent = element if place == "text" else element.getparent()
    text = getattr(element, place)
    if parent is None or parent.tag not in _INLINE_PARENTS or not (text and text.strip()):
        return
    wrapper = etree.Element(INSERTED)
    wrapper.text = text
    setattr(element, place, None)
    if place == "text":
        element.insert(0, wrapper)
    else:
        element.addnext(wrapper)


def _paragraph(mark: Element) -> Element | None:
    return next(mark.iterancestors(*_PARAGRAPHS), None)


def _append(to: Element, element: Element) -> None:
    """Append the contents of an element to those of another."""
    append_text(to, element.text or "")
    to.extend([*element])


def _keep(point: Element, blocks: list[Element]) -> None:
    """Put deleted content at its place, marked as deleted."""
    wrapper = etree.Element(DELETED)
    for number, block in enumerate(blocks):
        append_text(wrapper, " " if number else "")
        if block.tag in _PARAGRAPHS:
            _append(wrapper, block)
        else:
            append_text(wrapper, " ".join(str(text) for text in block.itertext()))
    if _paragraph(point) is not None:
        point.append(wrapper)
    else:
        paragraph = etree.Element(f"{TEXT}p")
        paragraph.append(wrapper)
        point.addprevious(paragraph)


def _restore(point: Element, blocks: list[Element]) -> None:
    """Put deleted content at its place, with the paragraph ends in it."""
    paragraph = point.getparent()
    if paragraph is None or paragraph.tag not in _INLINE_PARENTS:
        for block in blocks:
            point.addprevious(block)
        return
    first, *others = blocks or [etree.Element(f"{TEXT}p")]
    after, rest = [*point.itersiblings()], point.tail or ""
    if first.tag in _PARAGRAPHS:
        _append(point, first)
    else:
        others = blocks
    if not others or paragraph.tag not in _PARAGRAPHS:
        for block in others:
            append_text(point, " ")
            _append(point, block)
        return
    last = others[-1]
    if last.tag not in _PARAGRAPHS:
        last = etree.Element(paragraph.tag, dict(paragraph.attrib))
        others.append(last)
    point.tail = None
    append_text(last, rest)
    last.extend(after)
    for block in reversed(others):
        paragraph.addnext(block)

"""Captions next to their elements, in pages and formats read as pages."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element as Element

from pipeline.commands.importing.link_targets import LABEL
from pipeline.model.late import late

_OF_TABLES = late(r"\s*(?:tab|table|tabela|tabella|tabla)", re.IGNORECASE)
LONGEST = 300
"""Characters of a paragraph that is a caption by the label that it begins with, at most."""

_SIZE = late(r"(\d{1,4}(?:\.\d{1,6})?)(cm|in)")

WIDEST = 6
"""Centimetres of an image in a line of text, at most."""


def join_captions(root: Element) -> None:
    """Convert paragraphs next to an element into its caption."""
    for paragraph in [*root.iter("p")]:
        _part_caption(paragraph)
    for caption in [*root.iter("p")]:
        is_caption = caption.get("class") == "caption"
        if not is_caption and not _is_labelled(caption):
            continue
        before, after = caption.getprevious(), caption.getnext()
        around = (after, before) if _OF_TABLES.match(_spoken_text(caption)) else (before, after)
        for near in (near for near in around if near is not None):
            if near.tag == "table" and near.find("caption") is None:
                caption.tag = "caption"
                near.insert(0, caption)
            elif _is_image(near):
                near.tag, caption.tag = "figure", "figcaption"
                near.append(caption)
            else:
                continue
            if (name := caption.attrib.pop("id", None)) is not None:
                near.set("id", name)
            break
        if is_caption:
            caption.attrib.pop("class", None)
    for image in [*root.iter("img")]:
        _part_image(image)


def _part_image(image: Element) -> None:
    """Give an image whose size a document says, and that is in a text, that size if it is small, or
    else a paragraph of its own."""
    size = _SIZE.fullmatch(image.get("width", ""))
    if not size:
        return
    del image.attrib["width"]
    width = float(size[1]) * (2.54 if size[2] == "in" else 1)
    block = next(image.iterancestors("p"), None)
    in_text = block is not None and _spoken_text(block).strip()
    if in_text and width <= WIDEST:
        image.set("width", f"{width:.2g}cm")
        return
    if in_text and (outer := image.getparent()) is block and outer is not None:
        at = outer.index(image)
        end = [etree.Element("br") for _ in range(2)]
        end[1].tail, image.tail = image.tail, None
        outer[at + 1 : at + 1] = end
        outer[at:at] = [etree.Element("br") for _ in range(2)]


def _part_caption(paragraph: Element) -> None:
    """Convert a paragraph of an image and the label and text of its caption into a figure."""
    image = paragraph[0] if len(paragraph) else None
    if image is None or image.tag != "img" or (paragraph.text or "").strip():
        return
    if not _is_labelled(paragraph):
        return
    caption = etree.Element("figcaption")
    caption.text, image.tail = image.tail, None
    caption.extend(paragraph[1:])
    paragraph.append(caption)
    paragraph.tag = "figure"
    paragraph.attrib.pop("class", None)


def label_words(root: Element) -> int:
    """The words in labels of captions, which editions generate."""
    labels = (LABEL.match(_spoken_text(caption)) for caption in root.iter("caption", "figcaption"))
    return sum(len(label[0].split()) for label in labels if label)


def _is_labelled(paragraph: Element) -> bool:
    text = _spoken_text(paragraph).strip()
    label = LABEL.match(text) if len(text) <= LONGEST else None
    return label is not None and label[0].rstrip().endswith((".", ":", "–", "—", "-"))


def _spoken_text(element: Element) -> str:
    return "".join(t for t in element.itertext() if isinstance(t, str))


def _is_image(element: Element) -> bool:
    return (
        element.tag in ("p", "figure")
        and len(element) == 1
        and element[0].tag == "img"
        and not _spoken_text(element).strip()
    )

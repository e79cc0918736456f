"""XML, put together from the inside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias
from xml.etree import ElementTree as ET

Content: TypeAlias = "str | ET.Element | Iterable[ET.Element] | None"

_NOT_IN_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, *content: Content, **attributes: str) -> ET.Element:
    """An element that holds texts, elements and runs of elements; None is nothing."""
    made = ET.Element(name, attributes)
    for part in content:
        if isinstance(part, str):
            made.text = (made.text or "") + _NOT_IN_XML.sub("", part)
        elif isinstance(part, ET.Element):
            made.append(part)
        elif part is not None:
            made.extend(part)
    return made


def texts(name: str, values: Iterable[str]) -> list[ET.Element]:
    """An element for each of the values that is not empty."""
    return [element(name, value) for value in values if value]


def document(root: ET.Element) -> bytes:
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()

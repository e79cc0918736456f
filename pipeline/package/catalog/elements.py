"""XML, put together from data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

Parts: TypeAlias = Mapping[str, Any]
"""The content of an element, by name: a text, parts, or a list of several. Values that are None or
"" are left out; an element without content has no parts."""

_NOT_IN_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, content: str | Parts | list[Parts], **attributes: str) -> ET.Element:
    """An element that holds a text, or parts, or parts one after the other."""
    made = ET.Element(name, attributes)
    if isinstance(content, str):
        made.text = _NOT_IN_XML.sub("", content)
        return made
    for parts in content if isinstance(content, list) else [content]:
        for child, values in parts.items():
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, ET.Element):
                    made.append(value)
                elif value not in (None, ""):
                    made.append(element(child, value))
    return made


def document(root: ET.Element) -> bytes:
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()

"""Elements of an ONIX message, from their content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

from pipeline.model.late import late

Parts: TypeAlias = Mapping[str, Any]
"""The content of an element, by name: a text, parts, or a list of several. Values that are None or
"" are left out; an element without content has no parts."""

_NOT_IN_XML = late(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def element(name: str, content: str | Parts | list[Parts], **attributes: str) -> ET.Element:
    """An element that holds a text, or parts, or parts one after the other."""
    result = ET.Element(name, attributes)
    if isinstance(content, str):
        result.text = _NOT_IN_XML.sub("", content)
        return result
    for parts in content if isinstance(content, list) else [content]:
        for child, values in parts.items():
            for value in values if isinstance(values, list) else [values]:
                if isinstance(value, ET.Element):
                    result.append(value)
                elif value not in (None, ""):
                    result.append(element(child, value))
    return result


def document(root: ET.Element) -> bytes:
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()

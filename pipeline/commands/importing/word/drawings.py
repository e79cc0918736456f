"""The alternative texts and kinds of drawings in a Word document."""

from __future__ import annotations

from lxml.etree import _Element as Element

from pipeline.commands.importing.word.word_styles import W

OFFICE = "{urn:schemas-microsoft-com:office:office}"


def local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def alternative(properties: Element | None) -> str:
    if properties is None:
        return ""
    text = properties.get("descr") or properties.get("title") or ""
    # Word's own guesses say how they were made
    return " ".join(text.partition("Description automatically generated")[0].split())


def alternative_of_shape(image: Element) -> str:
    for element in (image, *image.iterancestors()):
        if text := element.get("alt") or element.get(f"{OFFICE}title"):
            return " ".join(text.split())
        if local_name(element) in ("pict", "object"):
            break
    return ""


def is_decorative(properties: Element | None) -> bool:
    marks = () if properties is None else (e for e in properties.iter())
    return any(local_name(e) == "decorative" and e.get("val") in ("1", "true") for e in marks)


def kind_of_drawing(element: Element) -> str:
    """The kind of a drawing without image or text."""
    uris = " ".join(e.get("uri") or "" for e in element.iter() if local_name(e) == "graphicData")
    if "chart" in uris:
        return "The chart"
    if "diagram" in uris:
        return "The diagram"
    return "The embedded object" if element.tag == f"{W}object" else ""

"""The notes and the formulas of a page, taken out of it, with marks in their places."""

from __future__ import annotations

from lxml.etree import _Element as Element

from pipeline.commands.importing import article
from pipeline.commands.importing.draft import DISPLAY_MARK, MATH_MARK, NOTE_MARK
from pipeline.commands.importing.mathml import as_tex

_HOLDERS = frozenset({"section", "aside", "div", "ol", "ul", "dl"})


def take_formulas(root: Element) -> None:
    """The formulas of a page as marks, in TeX: the page's own, or converted from MathML."""
    for formula in [*root.iter("math")]:
        tex = next((e.text for e in formula.iter("annotation") if e.text), "")
        if not tex and "\\" in (alt := formula.get("alttext") or ""):
            tex = alt
        tex = " ".join(tex.split()) or as_tex(formula)
        display = DISPLAY_MARK if formula.get("display") == "block" else ""
        mark = f"{MATH_MARK}{display}{tex}{MATH_MARK}" if tex else ""
        formula.tail = mark + (formula.tail or "")
        article.drop(formula)


def take_notes(root: Element) -> list[tuple[str, Element]]:
    """The texts of notes, taken out of a page, with their labels; their references become marks
    with the label."""
    by_id = {e.get("name"): e for e in root.iter("a") if e.get("name")}
    by_id |= {e.get("id"): e for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    labels: dict[Element, str] = {}
    for link in [*root.iter("a")]:
        href = link.get("href") or ""
        target = by_id.get(href[1:]) if href.startswith("#") else None
        if target is None or not _is_reference(link):
            continue
        text = _text_of_note(target)
        if (
            text is None
            or link in set(text.iter("a"))
            or any(a is text for a in link.iterancestors())
        ):
            continue
        label = labels.setdefault(text, str(len(labels) + 1))
        mark = f"{NOTE_MARK}{label}{NOTE_MARK}"
        outer = link.getparent()
        reference = outer if outer is not None and outer.tag == "sup" and len(outer) == 1 else link
        reference.tail = mark + (reference.tail or "")
        article.drop(reference)
    for text in labels:
        _without_back_links(text)
        holder = text.getparent()
        article.drop(text)
        _drop_emptied(holder, root)
        text.tail = None
        text.tag = "p" if text.tag == "p" else "div"
    for listed in [*root.iter("ol", "ul", "dl")]:
        holds_more = listed.xpath(".//img | .//span[starts-with(@class, 'task')]")
        if not article.words(listed) and not holds_more:
            article.drop(listed)
    for rule in [*root.iter("hr")]:
        if rule.getnext() is None and labels:
            article.drop(rule)
    return [(label, text) for text, label in labels.items()]


def _drop_emptied(holder: Element | None, root: Element) -> None:
    """Remove the container of the notes, with its heading."""
    while holder is not None and holder is not root and holder.tag in _HOLDERS:
        headings = [word for e in holder.iter(*article.HEADS) for word in article.words(e)]
        if len(article.words(holder)) > len(headings) or holder.find(".//img") is not None:
            return
        above = holder.getparent()
        if headings or holder.tag != "div":
            article.drop(holder)
        holder = above


def _is_reference(link: Element) -> bool:
    roles = f"{link.get('role') or ''} {link.get('{http://www.idpf.org/2007/ops}type') or ''}"
    roles += f" {link.get('epub:type') or ''} {link.get('class') or ''} {link.get('rel') or ''}"
    if "noteref" in roles or "footnote-ref" in roles:
        return True
    outer = link.getparent()
    is_raised = link.find("sup") is not None or (outer is not None and outer.tag == "sup")
    text = "".join(article.words(link)).strip("[]()")
    return is_raised and (text.isdecimal() or text in "*†‡§" or len(text) < 3)


def _text_of_note(target: Element) -> Element | None:
    """The element with the text of a note whose id may be that of a mark inside it."""
    for element in (target, *target.iterancestors()):
        if element.tag in ("li", "aside", "p", "div", "dd", "section") and article.words(element):
            return element if len(article.words(element)) < 1000 else None
    return None


def _without_back_links(text: Element) -> None:
    for link in [*text.iter("a")]:
        content = "".join(article.words(link)).strip("[]().")
        is_back = (link.get("href") or "").startswith("#") and (
            len(content) < 3 or content.isdecimal()
        )
        if is_back:
            outer = link.getparent()
            only = outer is not None and outer.tag == "sup" and len(article.words(outer)) < 2
            article.drop(outer if only and outer is not None else link)

"""The structure tree of a PDF, as read by assistive technology.

WeasyPrint would tag its boxes, page by page. Here the tree follows the markup: an element is a
single structure element, however many pages, lines and boxes it occupies, at its place in the text.
So a table remains one table across a page break, its repeated header is an artifact, and a footnote
follows its paragraph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from pipeline.model.late import late
from pipeline.model.print_marks import HYPHEN
from pipeline.package.pdf import structure_roles as roles
from pipeline.package.pdf.engine.adapter import boxes
from pipeline.package.pdf.engine.adapter.boxes import LayoutBox, children
from pipeline.package.pdf.engine.adapter.spaces import ends_with_space
from pipeline.package.pdf.engine.adapter.typesetter import POINT, TypesetPage
from pipeline.package.pdf.print_markup import EMOJI, classes, read_text
from pipeline.package.pdf.structure_nodes import (
    StructureNode,
    add,
    home,
    is_empty,
    lead_with_label,
    link_of,
    prune,
)
from pipeline.package.units import Annotation, MarkedContent

SOFT_HYPHEN, MAY_BREAK = "\u00ad", "\u200b"

DRAWN_OTHERWISE = late("[\u0900-\u109f\u1780-\u17ff]")
"""A letter of a script of India or its neighbours, which are drawn in parts and in another order: a
glyph alone does not represent a character."""


class Structure:
    """Builds the tree of `StructureNode` from the pages in order.

    ``root`` is the tree of the markup, ``widgets`` the form fields by their boxes, ``level`` that
    of the preceding heading. Afterwards `document` is the tree, `artifacts` are the marks that
    belong to nothing in it, `texts` are those of marks, `spoken` is the actual text of marks whose
    glyphs differ (a hyphen at the end of a line is a soft one), and `ends` are the characters that
    were not drawn after marks: a space is still a space at the end of a line.
    """

    def __init__(self, root: Element, widgets: Mapping[Any, Any], level: int = 0) -> None:
        self.document = StructureNode("Document", root)
        self.artifacts: dict[MarkedContent, str] = {}
        self.spoken: dict[MarkedContent, str] = {}
        self.texts: dict[MarkedContent, str] = {}
        self.ends: dict[MarkedContent, str] = {}
        self._widgets = widgets
        self._parents = {child: parent for parent in root.iter() for child in parent}
        self._nodes: dict[Element, StructureNode] = {root: self.document}
        self._labels: dict[Element, StructureNode] = {}
        self._heads: dict[Element, int] = {}
        self._level = level
        self._code: tuple[Element, MarkedContent] | None = None
        self._entries: list[tuple[int, Element]] = []

    def read(self, number: int, page: TypesetPage) -> None:
        """Take in a painted page, whose content is marked, the ``number``-th from 0."""
        for box in children(page.box):
            self._visit(box, number, page, "Pagination" if boxes.is_furniture(box) else "")

    def _visit(self, box: LayoutBox, number: int, page: TypesetPage, artifact: str) -> None:
        element = box.element
        tag = box.element_tag or ""
        if box.bookmark_label and box.style["bookmark_level"] != "none":
            self._entries.append((number, element))
        if not artifact and (widget := self._widgets.get(box)) is not None:
            # The text that replaces a field elsewhere is not read with it.
            self._form(element, number, widget)
            artifact = "Layout"
        elif element is not None and not artifact:
            artifact = self._artifact(element, tag, number)
        mark = page.mark_of(box)
        if artifact:
            if mark is not None:
                self.artifacts[MarkedContent(number, mark)] = artifact
        elif element is not None:
            node = self._node_of(element, tag)
            if box.link_annotation is not None:
                link_of(node).kids.append(Annotation(number, box.link_annotation))
            if mark is not None:
                self._take(MarkedContent(number, mark), node, box, page)
        for child in children(box):
            self._visit(child, number, page, artifact)
        if artifact:
            return
        is_apart = roles.is_line_of_its_own(element) or boxes.is_floating(box)
        ends = tag in ("span", "mark") and is_apart and children(box)
        if (boxes.continues(box) and not roles.is_code_line(element)) or (
            ends and not boxes.is_line(box)
        ):
            self._end_line(box, number, page)

    def finish(self, root: Element) -> None:
        """Remove empty elements, and record the targets of links and bookmarks, when all pages are
        read."""
        prune(self.document)
        for element in root.iter():
            if name := element.get("id"):
                self._place(element).places.append(name)
        before = Counter[int]()
        for page, element in self._entries:
            self._place(element).entries.append((page, before[page]))
            before[page] += 1

    def _place(self, element: Element) -> StructureNode:
        """The node of an element, or the nearest around it that holds anything."""
        while element not in self._nodes:
            element = self._parents[element]
        node = self._nodes[element]
        while is_empty(node) and node.parent is not None:
            node = node.parent
        return node

    def _form(self, element: Element, number: int, widget: Any) -> None:
        """A field is an element of its own, without other content (ISO 32000-1, 14.8.4.5)."""
        whole = element.tag in ("td", "th")
        parent = self._node(element if whole else self._parents[element])
        add(parent, StructureNode("Form", element, kids=[Annotation(number, widget)]))

    def _artifact(self, element: Element, tag: str, number: int) -> str:
        """The type of artifact that an element is, or ""."""
        if roles.is_decoration(element) or (
            tag.endswith("::before") and roles.is_code_line(element)
        ):
            return "Layout"
        if tag == "thead" and self._heads.setdefault(element, number) != number:
            return "Pagination"
        return ""

    def _take(
        self, mark: MarkedContent, node: StructureNode, box: LayoutBox, page: TypesetPage
    ) -> None:
        text = boxes.text_of_box(box)
        if node.kind in roles.BLOCK_ONLY and not text.strip():
            self.artifacts[mark] = "Layout"
            return
        self.texts[mark] = text
        if text.isspace():
            # Nothing is drawn, and still two words are apart, or code is indented.
            self.spoken[mark] = text if node.kind == "Code" else " "
        elif box.element is not None and EMOJI in classes(box.element):
            self.spoken[mark] = text  # one glyph stands for several characters
        elif node.kind == "Code" and "\t" in text:  # no glyph stands for a tab
            self.spoken[mark] = text
        elif text.endswith(HYPHEN) or DRAWN_OTHERWISE.search(text):
            whole = text.removesuffix(HYPHEN)
            end = SOFT_HYPHEN if whole != text else ""
            self.spoken[mark] = whole.replace(MAY_BREAK, "") + end
        home(node, None).kids.append(mark)
        if node.kind in roles.ILLUSTRATIONS and not node.box:
            left, top = box.content_box_x(), box.content_box_y()
            edges = (left, page.height - top - box.height, left + box.width, page.height - top)
            node.box = tuple(edge * POINT for edge in edges)

    def _end_line(self, line: LayoutBox, number: int, page: TypesetPage) -> None:
        """Take note of a line after which there is a space, or that was to end here; what floats
        beside a line is one too."""
        last, is_forced = line, not boxes.continues(line)
        while inner := children(last):
            at = -1
            if inner[at].element_tag == "br" and len(inner) > 1:
                at, is_forced = -2, True
            last = inner[at]
        mark, text = page.mark_of(last), boxes.text_of_box(last)
        if roles.is_code_line(line.element):
            is_number = "::before" in (last.element_tag or "")
            self._end_code(line.element, None if is_number else mark, text, number)
        elif mark is not None and (is_forced or ends_with_space(line, last)):
            self.ends[MarkedContent(number, mark)] = " "

    def _end_code(self, element: Element, mark: int | None, text: str, number: int) -> None:
        """End a line of code, in which line ends are not spaces. One without text adds its
        end to that of the line before."""
        code = self._parents[element]
        end = "" if element is code[-1] else "\n"
        if mark is not None:
            self._code = code, MarkedContent(number, mark)
            self.spoken[self._code[1]], self.ends[self._code[1]] = text, end
        elif self._code and self._code[0] is code:
            self.ends[self._code[1]] += end

    # --- from elements to nodes ---------------------------------------------------------

    def _node_of(self, element: Element, tag: str) -> StructureNode:
        """The node for a box: of its element, or of a generated part of it."""
        _, _, part = tag.partition("::")
        node = self._node(element)
        if part == "footnote-call":
            return self._node(self._parents[element])
        if part in {"marker", "footnote-marker"}:
            return self._label(element, node)
        return node

    def _node(self, element: Element) -> StructureNode:
        node = self._nodes.get(element)
        if node is None:
            parent = self._node(self._parents[element])
            node = self._nodes[element] = self._make(element, parent)
        return node

    def _make(self, element: Element, parent: StructureNode) -> StructureNode:
        """A new node in ``parent``, or ``parent`` if the element has no meaning of its own."""
        tag = element.tag
        if tag in roles.LISTS:
            in_contents = parent.kind == "TOCI" or self._parents[element].tag == "nav"
            return add(parent, StructureNode("TOC" if in_contents else "L", element))
        match tag:
            case "li":
                return self._item(element, parent)
            case "dt" | "dd":
                return self._definition(element, parent)
            case "span" if "note" in classes(element):
                return self._note(element, parent)
            case "span" if "note-number" in classes(element):
                return add(parent, StructureNode("Lbl", element))
            case "span" if "entry-label" in classes(element) and parent.parent is not None:
                return lead_with_label(parent.parent, element)
            case "div" if "end-note" in classes(element):
                return add(parent, StructureNode("Note", element, name=element.get("id", "")))
            case "a":
                return self._anchor(element, parent)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                self._level = roles.heading_level(element, self._level)
                return add(parent, StructureNode(f"H{self._level}", element))
        if tag == "span" and "task" in classes(element) and parent.kind == "LBody":
            assert parent.parent is not None, "a body is in an item"
            return lead_with_label(parent.parent, element)
        if roles.is_hidden(element):
            kind = "P" if tag == "p" else "Span"
            text, spoken = element.text or "", read_text(element)
            if kind == "Span":  # what is around it are other words
                spoken = f"{' ' * text.startswith(' ')}{spoken}{' ' * text.endswith(' ')}"
            return add(parent, StructureNode(kind, element, spoken=spoken))
        kind = roles.role(element)
        if not kind and element.get("lang") and parent.parent is not None:
            kind = "Div" if tag in roles.FLAT else "Span"
        return add(parent, StructureNode(kind, element)) if kind else parent

    def _item(self, element: Element, parent: StructureNode) -> StructureNode:
        if parent.kind == "TOC":
            return add(parent, StructureNode("TOCI", element))
        item = add(parent, StructureNode("LI", element))
        return add(item, StructureNode("LBody"))

    def _definition(self, element: Element, parent: StructureNode) -> StructureNode:
        """Terms and definitions as the labels and bodies of a list's items."""
        item = parent.kids[-1] if parent.kids else None
        kids = reversed([*item.nodes()]) if isinstance(item, StructureNode) else ()
        body = next((kid for kid in kids if kid.kind == "LBody"), None)
        if not isinstance(item, StructureNode) or (element.tag == "dt" and body):
            item, body = add(parent, StructureNode("LI")), None
        if element.tag == "dt":
            return add(item, StructureNode("Lbl", element))
        return body or add(item, StructureNode("LBody", element))

    def _anchor(self, element: Element, parent: StructureNode) -> StructureNode:
        if "href" not in element.attrib:
            return parent
        if parent.kind == "TOCI" or "note-call" in classes(element):
            parent = add(parent, StructureNode("Reference"))
        return add(parent, StructureNode("Link", element))

    def _note(self, element: Element, parent: StructureNode) -> StructureNode:
        note = StructureNode("Note", element, name=element.get("id", ""))
        block = parent
        while block.kind in roles.INLINE and block.parent is not None:
            block = block.parent
        if block.parent is not None and block.kind in {"P", *(f"H{n}" for n in range(1, 7))}:
            note.parent = block.parent
            siblings = block.parent.kids
            at = next(i for i, kid in enumerate(siblings) if kid is block) + 1
            while at < len(siblings) and getattr(siblings[at], "kind", "") == "Note":
                at += 1
            siblings.insert(at, note)
        else:
            add(block, note)
        return note

    def _label(self, element: Element, node: StructureNode) -> StructureNode:
        """The marker of a list's item or of a footnote."""
        label = self._labels.get(element)
        if label is None:
            owner = node.parent if node.kind == "LBody" and node.parent else node
            label = self._labels[element] = lead_with_label(owner)
        return label

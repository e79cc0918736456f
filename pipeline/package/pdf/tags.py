"""The structure tree of a PDF, as read by assistive technology, and the marks of its pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

import msgspec
from msgspec.structs import replace

from pipeline.model.late import late
from pipeline.model.nodes import TableCell, TableRow
from pipeline.model.page_map import FORMULA, HYPHEN, PICTURE, letters, printed_letters
from pipeline.model.table_cells import place
from pipeline.package.pdf import structure_roles as roles
from pipeline.package.pdf.engine.adapter import boxes
from pipeline.package.pdf.engine.adapter.boxes import LayoutBox, children
from pipeline.package.pdf.engine.adapter.drawn import read_characters
from pipeline.package.pdf.engine.adapter.glyph_texts import REVERSED, spell_out
from pipeline.package.pdf.engine.adapter.objects import PDF, Array, Dictionary, String
from pipeline.package.pdf.engine.adapter.spaces import ends_with_space
from pipeline.package.pdf.engine.adapter.typesetter import POINT, TypesetDocument, TypesetPage
from pipeline.package.pdf.print_markup import EMOJI, classes, read_text
from pipeline.package.pdf.structure_roles import GROUPS, ILLUSTRATIONS, INLINE, NOT_BEFORE
from pipeline.package.units import BOX, Annotation, DrawnText, MarkedContent, Tag

# --- structure nodes -------------------------------------------------------------------------
# The nodes of a PDF's structure tree, and how they come together.


class StructureNode(msgspec.Struct, eq=False):
    """A structure element. ``spoken`` takes the place of its text, ``name`` is its ID and
    ``box`` the area of a figure in points, from the page's lower left corner. ``places`` and
    ``entries`` are as `Tag` has them."""

    kind: str
    element: Element | None = None
    parent: StructureNode | None = None
    kids: list[Kid] = []
    spoken: str = ""
    name: str = ""
    box: tuple[float, ...] = ()
    places: list[str] = []
    entries: list[tuple[int, int]] = []

    def nodes(self) -> Iterator[StructureNode]:
        return (kid for kid in self.kids if isinstance(kid, StructureNode))


Kid: TypeAlias = StructureNode | MarkedContent | Annotation


def add(parent: StructureNode, child: StructureNode) -> StructureNode:
    place = home(parent, child)
    child.parent = place
    place.kids.append(child)
    return child


def home(parent: StructureNode, child: StructureNode | None) -> StructureNode:
    """The parent for a child or text: text and inlines in a group get a paragraph."""
    if parent.kind not in GROUPS or (child is not None and child.kind not in INLINE):
        return parent
    last = parent.kids[-1] if parent.kids else None
    if isinstance(last, StructureNode) and last.kind == "P" and last.element is None:
        return last
    paragraph = StructureNode("P", parent=parent)
    parent.kids.append(paragraph)
    return paragraph


def link_of(node: StructureNode) -> StructureNode:
    """The nearest link that a node is or is in."""
    nearest: StructureNode | None = node
    while nearest is not None and nearest.kind != "Link":
        nearest = nearest.parent
    return nearest or node


def lead_with_label(owner: StructureNode, element: Element | None = None) -> StructureNode:
    """A new label, before all else in a node."""
    label = StructureNode("Lbl", element, parent=owner)
    owner.kids.insert(0, label)
    return label


def prune(node: StructureNode) -> None:
    """Remove empty elements; a link that leads nowhere becomes a span."""
    for kid in node.nodes():
        prune(kid)
    node.kids = [kid for kid in node.kids if not (isinstance(kid, StructureNode) and is_empty(kid))]
    if node.kind == "Link" and not any(isinstance(kid, Annotation) for kid in node.kids):
        node.kind = "Span"


def is_empty(node: StructureNode) -> bool:
    return not node.kids and node.kind not in {"TD", "TH"}


# --- table heads -----------------------------------------------------------------------------
# The headers of table cells, as a PDF states them: the scope of each, and for the cells of tables
# in which this is not enough, the headers themselves (ISO 32000-1, 14.8.5.7).

SCOPES = {"col": "/Column", "colgroup": "/Column", "row": "/Row", "rowgroup": "/Row"}

MOST_LEVELS = 8
"""Headers above one another that a cell has at most."""

NUMBER = "\x03"
"""A placeholder for the table's number in the names of header cells, until it is known."""


class Named(NamedTuple):
    """The name of a cell, if others refer to it, and those of its headers."""

    name: str = ""
    headers: tuple[str, ...] = ()


class _Placed(NamedTuple):
    """A cell, and the rows and columns that it takes."""

    element: Element
    rows: range
    columns: range

    @property
    def scope(self) -> str:
        return SCOPES.get(self.element.get("scope", ""), "") if self.element.tag == "th" else ""

    @property
    def name(self) -> str:
        return f"cell {NUMBER}-{self.rows.start + 1}-{self.columns.start + 1}"


def spans(cell: Element) -> dict[str, int]:
    """The number of columns and rows that a cell spans, if more than one."""
    counts = {"ColSpan": int(cell.get("colspan", "1")), "RowSpan": int(cell.get("rowspan", "1"))}
    return {name: count for name, count in counts.items() if count > 1}


def name_heads(root: Element) -> Mapping[Element, Named]:
    """The names of all cells that need any: in tables where a header spans several rows or columns,
    or is not in the first of them."""
    return {
        element: named
        for table in root.iter("table")
        if not _is_simple(cells := list(_place_cells(table)))
        for element, named in _name_headers(cells)
    }


def _place_cells(table: Element) -> Iterator[_Placed]:
    start = 0
    for part in table:
        if part.tag not in ("thead", "tbody", "tfoot"):
            continue
        rows = [[cell for cell in row if cell.tag in ("th", "td")] for row in part]
        model = [TableRow(cells=tuple(map(_cell, row))) for row in rows]
        for number, (row, places) in enumerate(zip(rows, place(model), strict=True), start):
            for element, (column, cell) in zip(row, places, strict=True):
                columns = range(column, column + cell.columns)
                yield _Placed(element, range(number, number + cell.rows), columns)
        start += len(rows)


def _cell(element: Element) -> TableCell:
    counts = spans(element)
    return TableCell(children=(), columns=counts.get("ColSpan", 1), rows=counts.get("RowSpan", 1))


def _is_simple(cells: list[_Placed]) -> bool:
    return all(
        not spans(cell.element) and not (cell.rows if cell.scope == "/Column" else cell.columns)[0]
        for cell in cells
        if cell.scope
    )


def _name_headers(cells: list[_Placed]) -> Iterator[tuple[Element, Named]]:
    of_columns, of_rows = _heads(cells, "/Column"), _heads(cells, "/Row")
    for cell, above, before in zip(cells, of_columns, of_rows, strict=True):
        headers = tuple(head.name for head in (*above, *before))
        yield cell.element, Named(cell.name if cell.scope else "", headers)


def _heads(cells: list[_Placed], scope: str) -> list[list[_Placed]]:
    """The headers of each cell above it, or beside it, from the outermost on. A header takes the
    place of another that is as wide, if there are data between them, and has only others that are
    not as wide as itself."""
    columns_first = scope == "/Row"

    def extent(cell: _Placed) -> range:
        return cell.rows if columns_first else cell.columns

    lines: defaultdict[int, list[_Placed]] = defaultdict(list)
    have_data: set[int] = set()
    heads_of_cells: dict[_Placed, list[_Placed]] = {}
    for cell in sorted(cells, key=lambda other: other.columns.start) if columns_first else cells:
        is_head = cell.scope == scope
        heads = dict.fromkeys(head for line in extent(cell) for head in lines[line])
        heads_of_cells[cell] = [
            other for other in heads if not is_head or extent(other) != extent(cell)
        ]
        for line in extent(cell):
            if is_head:
                above = lines[line]
                if line in have_data:
                    above = [head for head in above if extent(head) != extent(cell)]
                lines[line] = [*above, cell][-MOST_LEVELS:]
                have_data.discard(line)
            elif not cell.scope:
                have_data.add(line)
    return [heads_of_cells[cell] for cell in cells]


def cell_attributes(cell: Element, headers: tuple[str, ...]) -> dict[str, Any]:
    """The attributes of a cell of a table."""
    attributes: dict[str, Any] = {"O": "/Table"}
    if cell.tag == "th":
        attributes["Scope"] = SCOPES.get(cell.get("scope", ""), "/Column")
    attributes |= spans(cell)
    if headers:
        attributes["Headers"] = Array(map(String, headers))
    return attributes if len(attributes) > 1 else {}


# --- structure -------------------------------------------------------------------------------
# The structure tree of a PDF, as read by assistive technology.
#
# WeasyPrint would tag its boxes, page by page. Here the tree follows the markup: an element is a
# single structure element, however many pages, lines and boxes it occupies, at its place in the
# text. So a table remains one table across a page break, its repeated header is an artifact, and a
# footnote follows its paragraph.

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
        mark = page.content_id(box)
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
        mark, text = page.content_id(last), boxes.text_of_box(last)
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


# --- tags ------------------------------------------------------------------------------------
# Writes the structure tree into the PDF, and marks the artifacts in its pages.

PRINT = 1 << 2
"""The flag of an annotation that is printed (ISO 32000-1, 12.5.3)."""

NUMBERING = {"ul": "/Disc", "ol": "/Decimal", "dl": "/None"}
LETTERS = {"a": "/LowerAlpha", "A": "/UpperAlpha", "i": "/LowerRoman", "I": "/UpperRoman"}
NO_CONTENT = -1

SHOW = b"] TJ"
"""The ending of the operators that show text."""


def tag(
    document: TypesetDocument,
    pdf: PDF,
    root: Element,
    widgets: Mapping[Any, Any],
    *,
    is_pdf2: bool = False,
) -> DrawnText:
    """Tag a painted PDF, and return the text drawn; ``document`` has its pages, with marks, laid
    out from ``root``. ``widgets`` are the form fields by their boxes."""
    characters = read_characters(document, pdf)
    tree = read_tags(document, root, widgets, characters)
    text = read_drawn_text(tree, characters)
    marks = [len(page.marks or ()) for page in document.pages]
    write_tags(pdf, [(tree, 0)], marks, lambda _, annotation: annotation, is_pdf2=is_pdf2)
    return text


def read_tags(
    document: TypesetDocument,
    root: Element,
    widgets: Mapping[Any, Any],
    characters: Mapping[tuple[int, int], str],
    level: int = 0,
) -> Tag:
    """The structure of a painted document, which is added to the content of its pages, whose marks
    show these ``characters``. The preceding heading has this ``level``."""
    structure = Structure(root, widgets, level)
    for number, page in enumerate(document.pages):
        structure.read(number, page)
    structure.finish(root)
    for number, page in enumerate(document.pages):
        _mend_page(number, page, structure, document.space, characters)
    return _tag(structure.document, name_heads(root))


def write_tags(
    pdf: PDF,
    parts: Sequence[tuple[Tag, int]],
    marks: Iterable[int],
    object_of: Callable[[int, Any], Dictionary],
    shifts: Sequence[float] = (),
    *,
    is_pdf2: bool = False,
) -> None:
    """Write a structure into a PDF whose pages have these numbers of ``marks``, and are shifted to
    the right by a number of points. It is in ``parts``, each with the number of the pages before
    it; ``object_of`` finds the annotation of a link on a page."""
    writer = _Writer(pdf, marks, object_of, shifts, is_pdf2=is_pdf2)
    writer.write(parts)
    if not is_pdf2 and any(tag.kind == "H7" for tag, _ in writer.elements):
        writer.root["RoleMap"] = Dictionary({"H7": "/H6"})
    if is_pdf2:
        from pipeline.package.pdf.standards import follow_ua2

        follow_ua2(pdf, writer.root, writer.elements, writer.links)


NOTE, NOT_TEXT = "Note", frozenset({"TOC", "Reference"})
"""Notes; and elements that hold no text of the document, or lead from the text to a note."""


def read_drawn_text(tree: Tag, shown: Mapping[tuple[int, int], str]) -> DrawnText:
    """The text of a structure whose marks have ``shown`` these characters, with a sign for each
    formula and picture."""
    text, notes = list[str](), list[str]()
    stack: list[tuple[Tag | MarkedContent | Annotation, list[str]]] = [(tree, text)]
    while stack:
        top, into = stack.pop()
        if isinstance(top, MarkedContent):
            into.append(shown.get((top.page, top.mcid), ""))
        elif isinstance(top, Tag) and top.kind in ILLUSTRATIONS:
            into.append(FORMULA if top.kind == "Formula" else PICTURE)
        elif isinstance(top, Tag) and top.kind not in NOT_TEXT:
            into = notes if top.kind == NOTE else into
            stack += (
                (kid, into)
                for kid in reversed(top.kids)
                if not (top.kind == NOTE and isinstance(kid, Tag) and kid.kind == "Lbl")
            )
    return DrawnText(*(printed_letters("".join(pieces)) for pieces in (text, notes)))


def _mend_page(
    number: int,
    page: TypesetPage,
    structure: Structure,
    space_of: Callable[[bytes], bytes | None],
    characters: Mapping[tuple[int, int], str],
) -> None:
    """Mark a page's artifacts as such, give some marks their text, and put a space after
    the last word of a line that goes on: WeasyPrint leaves it out, and software that reads
    the text in the order of the tags would join two words."""
    operators = page.stream.stream
    font, kind, shown, depth, is_reversed = b"", "", 0, 0, False
    mark, marked = MarkedContent(number, NO_CONTENT), Dictionary()
    ends: list[tuple[int, str]] = []
    for index, operator in enumerate(operators):
        if type(operator) is bytes:
            end = operator[-3:]
            if end == b" TJ":
                shown = index
            elif end == b" Tf":
                font = operator.partition(b" ")[0]
            elif operator in (b"BDC", b"BMC"):
                depth += 1
                is_reversed = is_reversed or kind == f"/{REVERSED}"
            elif operator == b"EMC":
                depth -= 1
                if depth or mark.mcid == NO_CONTENT:
                    continue
                missing, spoken = structure.ends.get(mark, ""), structure.spoken.get(mark)
                text = structure.texts.get(mark, "")
                if spoken is None and shown and _differs(text, characters.get((number, mark.mcid))):
                    spoken = text.replace(MAY_BREAK, "")
                if is_reversed:  # programs would turn round what is said instead
                    ends += [(index, missing)] if missing else []
                elif spoken is not None or (missing and not text):
                    before = spoken or ""
                    marked["ActualText"] = String(
                        (before.rstrip() if missing == " " else before) + missing
                    )
                elif missing and shown:
                    if space := space_of(font):
                        operators[shown] = operators[shown].removesuffix(SHOW) + space + SHOW
                    else:  # the font has no space, since no other text in it has one
                        marked["ActualText"] = String(text + missing)
                mark = MarkedContent(number, NO_CONTENT)
        elif not isinstance(operator, Dictionary):
            kind = operator
        elif "MCID" in operator:
            mark, marked = MarkedContent(number, operator["MCID"]), operator
            shown, depth, is_reversed = 0, 0, False
            if artifact := structure.artifacts.get(mark):
                operators[index - 1] = "/Artifact"
                operators[index] = Dictionary({"Type": f"/{artifact}"})
                mark = MarkedContent(number, NO_CONTENT)
    for index, missing in reversed(ends):
        spoken_end = Dictionary({"ActualText": String(missing)})
        operators[index:index] = ["/Span", spoken_end, b"BDC", b"EMC"]


def _differs(text: str, shown: str | None) -> bool:
    """Return whether glyphs that stand for what is ``shown`` spell another text."""
    if not text or shown is None or letters(shown) == letters(text):
        return False
    return spell_out(shown) != spell_out(text)


class _Writer:
    def __init__(
        self,
        pdf: PDF,
        marks: Iterable[int],
        object_of: Callable[[int, Any], Dictionary],
        shifts: Sequence[float],
        *,
        is_pdf2: bool,
    ) -> None:
        self._pdf, self._is_pdf2 = pdf, is_pdf2
        self._first = 0
        self._references = pdf.page_references
        self._parents: list[list[Any]] = [["null"] * count for count in marks]
        self._object_of, self._shifts = object_of, shifts
        self._annotations: list[Any] = []
        self._order: dict[int, list[bytes]] = {}
        self._names: dict[str, Any] = {}
        self._tables = self._table = 0
        self.root = Dictionary({"Type": "/StructTreeRoot"})
        self.elements: list[tuple[Tag, Any]] = []
        self.links: list[tuple[Any, Any]] = []

    def write(self, parts: Sequence[tuple[Tag, int]]) -> None:
        pdf = self._pdf
        root = self.root
        pdf.add_object(root)
        (document, _), *_ = parts
        top, element = self._begin(document, root.reference)
        element["K"] = Array()
        for part, self._first in parts:
            element["K"] += [self._kid(kid, element, top, None) for kid in self._kids(part)]
        root["K"] = Array([top])
        root["ParentTree"] = self._parent_tree()
        root["ParentTreeNextKey"] = len(self._parents) + len(self._annotations)
        if self._names:
            names = Array()
            for name, reference in sorted(self._names.items()):
                names.extend((String(name), reference))
            root["IDTree"] = Dictionary({"Names": names})
        pdf.catalog["StructTreeRoot"] = root.reference
        pdf.catalog["MarkInfo"] = Dictionary({"Marked": "true"})

    def _parent_tree(self) -> bytes:
        """From marks and annotations back to the elements they belong to."""
        numbers = Array()
        pages = {page.number: page for page in self._pdf.objects}
        for key, parents in enumerate(self._parents):
            page = pages[int(self._references[key].split()[0])]
            page["StructParents"] = key
            page["Tabs"] = "/S"
            if order := self._order.get(key):  # for readers that go by it, not by the tags
                known = set(order)
                others = (item for item in page.get("Annots", ()) if item not in known)
                page["Annots"] = Array((*order, *others))
            numbers.extend((key, Array(parents)))
        for key, parent in enumerate(self._annotations, start=len(self._parents)):
            numbers.extend((key, parent))
        tree = Dictionary({"Nums": numbers})
        self._pdf.add_object(tree)
        return bytes(tree.reference)

    def _begin(self, tag: Tag, parent: bytes) -> tuple[bytes, Any]:
        """A new element, and its reference."""
        kind = tag.kind if self._is_pdf2 else NOT_BEFORE.get(tag.kind, tag.kind)
        element = Dictionary({"Type": "/StructElem", "S": f"/{kind}", "P": parent})
        element.update(tag.dictionary)
        self._pdf.add_object(element)
        if tag.entries and self._first:
            entries = tuple((page + self._first, number) for page, number in tag.entries)
            tag = replace(tag, entries=entries)
        self.elements.append((tag, element))
        return bytes(element.reference), element

    def _element(self, tag: Tag, parent: bytes) -> bytes:
        reference, element = self._begin(tag, parent)
        number = str(self._table)
        if "A" in tag.dictionary:
            element["A"] = tag.dictionary["A"].replace(NUMBER, number)
        if tag.name:
            name = tag.name.replace(NUMBER, number)
            element["ID"] = String(name)
            self._names[name] = reference
        kids = list(self._kids(tag))
        pages = (kid.page + self._first for kid in kids if isinstance(kid, MarkedContent))
        page = next(pages, None)
        if tag.box:
            left, bottom, right, top = tag.box
            shift = self._shifts[page] if self._shifts and page is not None else 0
            box = _write_value(Array((left + shift, bottom, right + shift, top)))
            element["A"] = element["A"].replace(BOX, box)
        if page is not None:
            element["Pg"] = self._references[page]
        around = self._table
        if tag.kind == "Table":
            self._tables += 1
            self._table = self._tables
        element["K"] = Array([self._kid(kid, element, reference, page) for kid in kids])
        self._table = around
        return reference

    def _kids(self, tag: Tag) -> Iterator[Tag | MarkedContent | Annotation]:
        """The kids of an element; PDF 1.7 lacks some types, whose kids take their place."""
        for kid in tag.kids:
            if self._is_pdf2 or not isinstance(kid, Tag) or NOT_BEFORE.get(kid.kind, kid.kind):
                yield kid
            else:
                yield from self._kids(kid)

    def _kid(
        self, kid: Tag | MarkedContent | Annotation, element: Any, top: bytes, page: int | None
    ) -> Any:
        match kid:
            case Tag():
                return self._element(kid, top)
            case MarkedContent():
                on = kid.page + self._first
                self._parents[on][kid.mcid] = top
                if on == page:
                    return kid.mcid
                return Dictionary({"Type": "/MCR", "Pg": self._references[on], "MCID": kid.mcid})
            case Annotation():
                return self._annotation(kid, element)

    def _annotation(self, kid: Annotation, element: Any) -> Any:
        page = kid.page + self._first
        annotation: Any = self._object_of(page, kid.object)
        annotation["StructParent"] = len(self._parents) + len(self._annotations)
        annotation["F"] = PRINT
        if kid.contents is not None:
            annotation["Contents"] = String(kid.contents)
        self._annotations.append(element.reference)
        self.links.append((annotation, element))
        self._order.setdefault(page, []).append(annotation.reference)
        return Dictionary(
            {"Type": "/OBJR", "Obj": annotation.reference, "Pg": self._references[page]}
        )


def _tag(node: StructureNode, named: Mapping[Element, Named]) -> Tag:
    naming = Named()
    if node.element is not None and node.kind in ("TH", "TD"):
        naming = named.get(node.element, naming)
    written = {name: _write_value(value) for name, value in _entries(node, naming.headers).items()}
    kids = tuple(_kid(kid, node, named) for kid in node.kids)
    mathml = node.element.get("data-mathml", "") if node.element is not None else ""
    places, entries = tuple(node.places), tuple(node.entries)
    name = node.name or naming.name
    return Tag(node.kind, written, kids, name, node.box, places, entries, mathml)


def _kid(
    kid: StructureNode | MarkedContent | Annotation,
    of: StructureNode,
    named: Mapping[Element, Named],
) -> Tag | MarkedContent | Annotation:
    if isinstance(kid, StructureNode):
        return _tag(kid, named)
    if isinstance(kid, Annotation) and of.kind != "Form":  # a field's name is its own
        return replace(kid, contents=_link_text(of.element))
    return kid


def _write_value(value: Any) -> str:
    return str(Array([value]).data[1:-1], "ascii")


def _entries(node: StructureNode, headers: tuple[str, ...]) -> dict[str, Any]:
    """The text for screen readers beyond what is printed."""
    source, entries = node.element, dict[str, Any]()
    if node.spoken:
        entries["ActualText"] = String(node.spoken)
    if node.box:
        in_line = node.kind == "Formula" and node.parent and node.parent.kind != "Div"
        placement = "/Inline" if in_line else "/Block"
        area = {"O": "/Layout", "BBox": BOX, "Placement": placement}
        entries["A"] = Dictionary(area)
    if source is None:
        return entries
    if lang := source.get("lang"):
        entries["Lang"] = String(lang)
    if node.kind in ILLUSTRATIONS:
        entries["Alt"] = String(source.get("alt", ""))
    elif node.kind == "L":
        style = {"O": "/List", "ListNumbering": _numbering(source)}
        entries["A"] = Dictionary(style)
    elif node.kind in ("TH", "TD"):
        if about := cell_attributes(source, headers):
            entries["A"] = Dictionary(about)
    elif source.tag == "abbr" and source.get("title"):
        entries["E"] = String(source.get("title", ""))
    return entries


def _numbering(source: Element) -> str:
    """The numbering style of a list."""
    if "bibliography" in classes(source):
        return "/Decimal" if "labelled" in classes(source) else "/None"
    return LETTERS.get(source.get("type", "")) or NUMBERING[source.tag]


def _link_text(link: Element | None) -> str:
    """The text of a link: its title, its text, or its target."""
    if link is None:
        return ""
    return link.get("title") or read_text(link) or link.get("href") or ""

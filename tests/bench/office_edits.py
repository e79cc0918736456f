"""LibreOffice as an editor: makes the edits of a list in Word files, and saves each as a copy.

It is run by the Python that has LibreOffice's module `uno`, alone; `tests.bench.reviews` starts it:
`python3 office_edits.py FOLDER < jobs.json`. It prints a line for each job: done, or why not.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import IllegalArgumentException
from com.sun.star.util import DateTime

FILTER = "MS Word 2007 XML"
PARAGRAPH = 0
"""The control character that ends a paragraph."""


def connected(folder: str) -> tuple[subprocess.Popen[bytes], Any]:
    """A LibreOffice of our own, and its desktop."""
    name = f"chapbook{Path(folder).name}"
    process = subprocess.Popen(
        ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore",
         f"--accept=pipe,name={name};urp;"]
    )  # fmt: skip
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(120):
        try:
            address = f"uno:pipe,name={name};urp;StarOffice.ComponentContext"
            context = resolver.resolve(address)
        except NoConnectException:
            time.sleep(0.5)
            continue
        return process, context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
    process.terminate()
    raise SystemExit("LibreOffice does not answer")


def properties(**values: object) -> tuple[object, ...]:
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


def edit(document: Any, job: dict[str, Any]) -> None:
    """Make an edit. Raises `LookupError` if its place is not there."""
    if job["kind"] == "untouched":
        return
    if not document.Bookmarks.hasByName(job["mark"]):
        raise LookupError("the bookmark is not there")
    anchor = document.Bookmarks.getByName(job["mark"]).getAnchor()
    text = anchor.getText()
    cursor = text.createTextCursorByRange(anchor)
    cursor.gotoEndOfParagraph(False)
    document.RecordChanges = job["tracked"]
    match job["kind"]:
        case "sentence":
            text.insertString(cursor, job["new"], False)
        case "new paragraph":
            text.insertControlCharacter(cursor, PARAGRAPH, False)
            text.insertString(cursor, job["new"], False)
        case "gone paragraph":
            cursor.gotoStartOfParagraph(False)
            cursor.gotoEndOfParagraph(True)
            if job["tracked"]:
                cursor.goRight(1, True)
                cursor.setString("")
            else:
                text.removeTextContent(cursor.createEnumeration().nextElement())
        case kind:
            found = word(document, anchor, job["old"])
            if kind == "comment":
                remark = document.createInstance("com.sun.star.text.textfield.Annotation")
                remark.Author, remark.Content = "Ann", job["new"]
                remark.DateTimeValue = DateTime(0, 0, 0, 10, 30, 11, 2026, False)
                found.getText().insertTextContent(found, remark, True)
            elif kind == "gone":
                end = found.getText().createTextCursorByRange(found.getEnd())
                end.goRight(1, True)
                found.setString("")
                if end.getString() == " ":
                    end.setString("")
            else:
                found.setString(job["new"])
    document.RecordChanges = False


def word(document: Any, anchor: Any, old: str) -> Any:
    """The word after a bookmark at the beginning of its paragraph."""
    search = document.createSearchDescriptor()
    search.SearchString, search.SearchCaseSensitive, search.SearchWords = old, True, True
    found = document.findNext(anchor.getStart(), search)
    if found is None:
        raise LookupError("the word is not there")
    start = found.getText().createTextCursorByRange(found.getStart())
    start.gotoStartOfParagraph(False)
    first = anchor.getText().createTextCursorByRange(anchor.getStart())
    first.gotoStartOfParagraph(False)
    try:
        if found.getText().compareRegionStarts(start, first) == 0:
            return found
    except IllegalArgumentException:
        pass  # it is in another text
    raise LookupError("the word is in another paragraph")


def main(folder: str) -> None:
    process, desktop = connected(folder)
    try:
        for job in json.load(sys.stdin):
            address = f"file://{job['file']}"
            document = desktop.loadComponentFromURL(address, "_blank", 0, properties(Hidden=True))
            try:
                edit(document, job)
                document.storeToURL(f"file://{job['out']}", properties(FilterName=FILTER))
                print("done", flush=True)
            except (
                LookupError,
                uno.getClass("com.sun.star.container.NoSuchElementException"),
            ) as error:
                print(f"not done: {error}".split("\n")[0], flush=True)
            finally:
                document.close(True)
    finally:
        desktop.terminate()
        process.wait(60)


if __name__ == "__main__":
    main(sys.argv[1])

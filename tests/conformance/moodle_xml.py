"""moodle-xml-parser, a reader of Moodle XML that is not ours: moodle_xml FILE

Prints the questions that it knows, with choices and with gaps, as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys

from moodle_xml_parser.parser import parse_file


def main(file: str) -> None:
    read = parse_file(file)
    print(json.dumps({kind: [dataclasses.asdict(q) for q in qs] for kind, qs in read.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])

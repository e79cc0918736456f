"""qti-convert by Citolab: qti3 FILE

Prints a file of QTI 2.1 as one of QTI 3.0.
"""

from __future__ import annotations

import sys
from pathlib import Path

import qti_convert


def main(file: str) -> None:
    print(qti_convert.upgrade_item(Path(file).read_text("utf-8")))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""page-validation, a PDF/UA validator in addition to veraPDF: page_validation PROFILE FILE...

Prints one finding per line: file, rule, message.
"""

from __future__ import annotations

import sys

import page


def main(profile: str, *files: str) -> None:
    for file in files:
        result = page.validate_pdf(file, profile=profile)
        for failure in result.failures:
            print(file, failure.rule_id, " ".join(failure.message.split()), sep="\t")
        if not result.is_compliant and not result.failures:
            print(file, "not compliant", sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])

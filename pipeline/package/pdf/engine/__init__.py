"""The typesetting engine: `adapter` is all that is needed of it, `fast` only makes it faster.

With ``CHAPBOOK_PLAIN_ENGINE=1`` in the environment, only the first is there, and pages look the
same.
"""

from __future__ import annotations

import os

PLAIN = "CHAPBOOK_PLAIN_ENGINE"

if not os.environ.get(PLAIN):
    from pipeline.package.pdf.engine import fast

    fast.install()

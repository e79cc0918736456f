"""The typesetting engine: `adapter` is all that is needed of it, and the feature ``fast_engine``
only makes it faster.

With ``CHAPBOOK_PLAIN_ENGINE=1`` in the environment, only the first is there, and pages look the
same.
"""

from __future__ import annotations

import os

from pipeline.features import here

PLAIN = "CHAPBOOK_PLAIN_ENGINE"

if here("fast_engine") and not os.environ.get(PLAIN):
    from pipeline.features.fast_engine import speed_up

    speed_up()

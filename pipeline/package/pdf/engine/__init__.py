"""The typesetting engine: `adapter` is all that is needed of it, and the feature ``fast_engine``
only makes it faster.

With ``CHAPBOOK_PLAIN_ENGINE=1`` in the environment, only the first is there, and pages look the
same.
"""

from __future__ import annotations

import os

from pipeline import features

PLAIN = "CHAPBOOK_PLAIN_ENGINE"

if not os.environ.get(PLAIN) and (speed_up := features.task("speed_up")):
    speed_up()

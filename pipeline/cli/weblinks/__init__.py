"""Looks up addresses on the web: the only part that uses the network, and only where it is
asked to. It is polite: one request at a time to a server, with a pause between, no cookies,
and none where the server's ``robots.txt`` asks programs to stay away.
"""

from pipeline.cli.weblinks.lookup import look_up
from pipeline.cli.weblinks.memory import LinkAnswer

__all__ = ["LinkAnswer", "look_up"]

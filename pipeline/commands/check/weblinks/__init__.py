"""Looks up addresses on the web: the only part that uses the network, and only on request. It is
polite: one request at a time per server, with a pause in between, no cookies, and no requests where
the server's ``robots.txt`` excludes programs."""

from pipeline.commands.check.weblinks.lookup import LinkAnswer, look_up

__all__ = ["LinkAnswer", "look_up"]

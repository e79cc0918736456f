"""The document and the values that the stages hand on to each other."""

from pipeline.model.nodes import *  # noqa: F403 - the nodes are what all ask for

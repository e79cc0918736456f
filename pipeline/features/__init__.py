"""The features that documents may have beyond text: a folder each."""

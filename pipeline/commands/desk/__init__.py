"""Writing, seeing and handing out in one window: `chapbook desk`.

`server` serves the page in ``templates/desk``, whose right side is that of the preview. `draft` is
the text that is written, with what others change in its file meanwhile, and `doing` runs the other
commands: whatever a button does is what a command does.
"""

"""Finished PDFs as they are seen and read, for the commands that look at them."""

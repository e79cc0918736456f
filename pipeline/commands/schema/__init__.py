"""The schema of the front matter."""

"""Building all documents of a folder or a bucket."""

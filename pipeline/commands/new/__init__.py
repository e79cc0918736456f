"""Starting sources."""

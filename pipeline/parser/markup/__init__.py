"""Raw HTML: its tokens, the allow-list, and how its content becomes blocks and inlines."""

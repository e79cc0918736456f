"""Pictures of pages: accepted ones, and sources of all kinds of publication to look at."""

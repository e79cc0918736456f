"""How long builds take, side by side with Pandoc and Typst: `make bench`."""

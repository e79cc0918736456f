"""Benchmarks of builds, side by side with Pandoc and Typst: `make bench`."""

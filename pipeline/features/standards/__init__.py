"""The standards of PDF beyond accessible PDF/UA-1: for archives, for a press, and PDF 2.0."""

"""Formulas: from TeX to MathML, and to words."""

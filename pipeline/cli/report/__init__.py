"""The print report: what editions take to print and to read, and what will not print well."""

from pipeline.cli.report.cost import Prices
from pipeline.cli.report.making import make_report
from pipeline.cli.report.page import page_of
from pipeline.cli.report.result import Report, encode, facts

__all__ = ["Prices", "Report", "encode", "facts", "make_report", "page_of"]

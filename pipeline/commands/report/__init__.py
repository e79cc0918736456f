"""The print report: what editions take to print and to read, and what will not print well."""

from pipeline.commands.report.making import Prices, Report, encode, facts, make_report
from pipeline.commands.report.report_page import page_of

__all__ = ["Prices", "Report", "encode", "facts", "make_report", "page_of"]

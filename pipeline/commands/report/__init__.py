"""The print report: what editions take to print and to read, and what will not print well."""

from pipeline.commands.report.cost import Prices
from pipeline.commands.report.making import make_report
from pipeline.commands.report.report_page import page_of
from pipeline.commands.report.report_values import Report, encode, facts

__all__ = ["Prices", "Report", "encode", "facts", "make_report", "page_of"]

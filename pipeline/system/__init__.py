"""The interface to the machine: files, stored results, and system libraries."""

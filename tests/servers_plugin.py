"""Loaded by `-p`, before Django's settings are: the servers must be named by then."""

from tests import servers
from tests.servers import pytest_report_header, pytest_unconfigure

__all__ = ["pytest_report_header", "pytest_unconfigure"]

servers.begin()

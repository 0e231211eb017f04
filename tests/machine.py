"""A pytest plugin that ends a run with what it has not shown: a green line may claim no more than that."""

import pytest
from django.db import connection


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("this machine")
    terminalreporter.write_line(f"Ran on {connection.display_name}.")
    if connection.vendor != "postgresql":
        terminalreporter.write_line(
            "Not shown: the same on PostgreSQL (make test DATABASE_URL=postgres://user@host/name)."
        )
    for report in terminalreporter.getreports("skipped"):
        terminalreporter.write_line(f"Not run: {report.nodeid}")

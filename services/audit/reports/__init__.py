"""报表: every report by id; importing this package makes all of them known."""

from services.audit.reports import (
    acceptance,
    approval,
    changes,
    lines,
    money,
    performance,
    planning,
    refusals,
    restrictions,
    supervision,
)
from services.audit.reports.report import KNOWN, Cell, Column, Kind, Report, Table

REPORTS: dict[str, Report] = dict(sorted(KNOWN.items(), key=lambda known: known[1].first_article))
"""Every report by id, in article order."""

__all__ = [
    "REPORTS",
    "Cell",
    "Column",
    "Kind",
    "Report",
    "Table",
    "acceptance",
    "approval",
    "changes",
    "lines",
    "money",
    "performance",
    "planning",
    "refusals",
    "restrictions",
    "supervision",
]

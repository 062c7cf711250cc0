"""报表: every report by id; importing this package makes all of them known."""

from services.audit.reports import acceptance, approval, changes, money, planning, supervision
from services.audit.reports.report import REPORTS, Cell, Column, Kind, Report, Table

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
    "money",
    "planning",
    "supervision",
]

"""审计包: what an auditor carries away, of a project or of some days, and checks without us."""

from services.audit.bundle.archive import MEDIA_TYPE, archived
from services.audit.bundle.contents import FollowedLog, Maker, files
from services.audit.bundle.printing import ReportPrinter

__all__ = ["MEDIA_TYPE", "FollowedLog", "Maker", "ReportPrinter", "archived", "files"]

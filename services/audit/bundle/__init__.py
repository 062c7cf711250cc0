"""审计包: what an auditor carries away of a project, and checks without us."""

from services.audit.bundle.archive import MEDIA_TYPE, archived
from services.audit.bundle.contents import FollowedLog, files

__all__ = ["MEDIA_TYPE", "FollowedLog", "archived", "files"]

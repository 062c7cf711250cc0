"""Rules of the approval service, each module in article order."""

from services.approval.rules import changes, documents, opinions, reply

__all__ = ["changes", "documents", "opinions", "reply"]

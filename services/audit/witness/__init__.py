"""见证: the audit service cosigns what the logs sign of themselves, if it fits what it followed."""

from services.audit.witness.judgement import Fault, Misfit
from services.audit.witness.witness import Witness

__all__ = ["Fault", "Misfit", "Witness"]

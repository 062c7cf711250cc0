"""红旗: every flag by id; importing this package makes all of them known."""

from services.audit.flags import amounts, changes, frequency, opinions, persons
from services.audit.flags.flag import KNOWN, NOTICE, Finding, Flag

FLAGS: dict[str, Flag] = dict(sorted(KNOWN.items(), key=lambda known: int(known[1].articles[0])))
"""Every flag by id, in article order."""

__all__ = [
    "FLAGS",
    "NOTICE",
    "Finding",
    "Flag",
    "amounts",
    "changes",
    "frequency",
    "opinions",
    "persons",
]

"""条目: what an access is called in the log; only what has the form of an identifier, date or code.

The path and the query of a request hold what its sender wrote. Of a denied request nobody has
checked any of it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import parse_qsl

from shared.eventstore.accesslog import Entry
from shared.kernel.actor import Actor
from shared.web.access.outcome import AccessOutcome

SHOWN = frozenset(
    {
        *("unit", "project", "system", "base", "action", "body", "duty", "kind", "article", "row"),
        *("status", "state", "stage", "outcome", "year", "budget_year", "as_of", "valid_at"),
        *("positions", "versions", "known_before"),
        *("known_at", "steps", "since", "until", "due_before", "due_after", "late_on"),
        *("overdue_on", "without_evaluation_on", "without_report", "self_review", "incomplete"),
        *("stale", "to_stop", "copied", "outstanding", "surplus_overdue", "unassessed"),
        *("in_force", "standing", "format", "project_id", "unit_id", "from", "to"),
    }
)
"""Query parameters that say what was looked for."""

PASSED_OVER = frozenset(
    {
        *("cursor", "before", "limit", "min_position", "after", "wait"),  # which page
        *("rule", "command", "person", "object"),  # free text
        *("dry_run", "rehash"),  # how
        *("position", "size"),  # of which part of a log
    }
)
"""Query parameters that are never kept."""

_IDENTIFIER = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9A-HJ-NP-RTUWXY]{18}"
_PLACE = r"(?:registry|approval|budget|acceptance):\d{1,18}"
_PLACES = rf"{_PLACE}(?:,{_PLACE}){{0,3}}"
_PLAIN = (
    rf"{_IDENTIFIER}|{_PLACES}|\d{{1,4}}|\d{{4}}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:\.\d{{1,6}})?"
    r"(?:Z|[+ -]\d\d:\d\d)?)?|true|false|\d{1,2}-(?:\d{1,2}|\(\d{1,2}\)|E)"
)
_UNCHECKED = re.compile(_IDENTIFIER)
_DATED = re.compile(_PLAIN)
_CHECKED = re.compile(rf"{_PLAIN}|[A-Z][A-Z0-9_]{{0,63}}|[a-z][a-z0-9_-]{{0,49}}")
_SUBJECTS = ("project", "unit", "system", "base")
_UNSEEN = "?"
_LONGEST = 500


class Noted(NamedTuple):
    """An access as it was seen while the request was answered."""

    at: datetime
    outcome: AccessOutcome
    operation: str
    path: Mapping[str, str]
    query: bytes
    actor: Actor | None
    address: str | None


def entry_of(noted: Noted) -> Entry:
    """What is kept of it."""
    checked = noted.outcome in {AccessOutcome.GRANTED, AccessOutcome.REHEARSED}
    named = [(name.removesuffix("_id"), _form(value, checked)) for name, value in _path(noted)]
    asked = _asked(noted.query, checked)
    objects = named or [(name, asked[name]) for name in _SUBJECTS if name in asked]
    further = dict(named[1:]) | asked
    actor = noted.actor
    return Entry(
        at=noted.at,
        outcome=noted.outcome.value,
        operation=noted.operation,
        object=":".join(objects[0]) if objects else None,
        filter="&".join(f"{n}={v}" for n, v in sorted(further.items()))[:_LONGEST] or None,
        person=actor.person if actor else None,
        body=actor.body if actor else None,
        role=actor.role if actor else None,
        unit_id=actor.unit_id if actor else None,
        address=normalised(noted.address),
    )


def lost(count: int, at: datetime) -> Entry:
    """That accesses were not kept, and how many."""
    nobody = (None,) * 5
    return Entry(at, AccessOutcome.LOST.value, "access_log", None, f"count={count}", *nobody)


def _path(noted: Noted) -> list[tuple[str, str]]:
    return list(noted.path.items())


def _asked(query: bytes, checked: bool) -> dict[str, str]:
    found = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    pattern = _CHECKED if checked else _DATED
    return {
        name: value if pattern.fullmatch(value) else _UNSEEN
        for name, value in found
        if name in SHOWN
    }


def _form(value: str, checked: bool) -> str:
    return value if (_CHECKED if checked else _UNCHECKED).fullmatch(value) else _UNSEEN


@lru_cache(4096)
def normalised(address: str | None) -> str | None:
    """An IP address in its one form, without a zone; None where it is none."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)

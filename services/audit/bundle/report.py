"""检测报告: what a bundle was checked for, by the four properties an archive is held to.

真实性、完整性、可用性、安全性: for each what was checked, how many, with what result, and what that
does not show. It is about the bundle alone and holds no instant of its making, so the same record
gives the same report.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Protocol

from services.audit.bundle.facts import Facts
from services.audit.bundle.properties import properties
from services.audit.bundle.verify import Fault, Verdict, signatures_of
from shared.web.settings import LOGS

FORMAT = "govit-audit-report/1"

SERVICE_LABELS = {
    "registry": "登记",
    "approval": "审批",
    "budget": "预算",
    "acceptance": "验收",
}
_MOST_BARS = 36
_BAR_MONTHS = (1, 3, 12, 60, 240)


class Printer(Protocol):
    """What makes a report's pages; None with the reason where it cannot."""

    def __call__(self, report: dict[str, Any]) -> tuple[bytes | None, str | None]: ...


def reported(
    scope: dict[str, str], facts: Facts, found: Verdict | Fault, printer: Printer
) -> tuple[dict[str, Any], bytes | None]:
    """A report, and its pages where they could be made."""
    report = {
        "format": FORMAT,
        "scope": scope,
        "recorded": _recorded(facts),
        "result": _result(found),
        "logs": list(_logs(facts, found)),
        "properties": [dict(each) for each in properties(facts, found)],
        "counts": {
            "events": facts.total,
            "decisions": facts.decisions,
            "refusals": facts.refusals,
            "documents": facts.documents,
        },
        "kinds": dict(sorted(facts.kinds.items())),
        "timeline": _timeline(facts),
        "history": [{**step._asdict(), "day": step.day.isoformat()} for step in facts.history],
    }
    printed, absent = printer(report)
    pdf = {"file": None if printed is None else "report.pdf", "absent": absent}
    return {**report, "pdf": pdf}, printed


def _recorded(facts: Facts) -> dict[str, str | None]:
    days = [day for day, _ in facts.days]
    first, last = (min(days).isoformat(), max(days).isoformat()) if days else (None, None)
    return {"first": first, "last": last, "clock": "sandbox" if facts.sandbox else "real"}


def _result(found: Verdict | Fault) -> dict[str, Any]:
    if isinstance(found, Fault):
        return {"valid": False, "fault": found.chinese}
    return {"valid": True, "fault": None}


def _logs(facts: Facts, found: Verdict | Fault) -> Iterator[dict[str, Any]]:
    if isinstance(found, Fault):
        return
    for log in found.logs:
        note = found.checkpoints.get(log.service)
        signatures = [] if note is None else signatures_of(note, found.keys)
        yield {
            "service": log.service,
            "label": SERVICE_LABELS.get(log.service, log.service),
            "origin": log.origin,
            "hash": log.hash,
            "size": log.size,
            "root": log.root,
            "events": facts.events[log.service],
            "signatures": [
                {"name": each.key.name, "kind": each.key.kind, "time": each.time}
                for each in signatures
            ],
        }


def _timeline(facts: Facts) -> dict[str, Any]:
    """How many events were recorded when, by service, in equal stretches of time."""
    days = [day for day, _ in facts.days]
    if not days:
        return {"unit": "每柱 1 个月", "services": list(LOGS), "bars": []}
    unit, stretch_of, name_of = _stretches(min(days), max(days))
    first, last = stretch_of(min(days)), stretch_of(max(days))
    bars = [[0] * len(LOGS) for _ in range(last - first + 1)]
    rank = {service: number for number, service in enumerate(LOGS)}
    for (day, service), count in facts.days.items():
        bars[stretch_of(day) - first][rank[service]] += count
    told = [
        {"from": name_of(first + number), "counts": counts} for number, counts in enumerate(bars)
    ]
    return {"unit": unit, "services": list(LOGS), "bars": told}


def _stretches(first: date, last: date) -> tuple[str, Callable[[date], int], Callable[[int], str]]:
    """The finest stretch of time of which a picture can hold all bars: what it is called, the
    number of the one that a day is in, and its first day or month."""
    for days, unit in ((1, "每柱 1 天"), (7, "每柱 7 天")):
        if (last - first).days // days < _MOST_BARS:
            return (
                unit,
                lambda day, n=days: (day - first).days // n,
                lambda number, n=days: (first + timedelta(days=number * n)).isoformat(),
            )
    span = _month_of(last) - _month_of(first)
    step = next((n for n in _BAR_MONTHS if span // n < _MOST_BARS - 1), _BAR_MONTHS[-1])
    return (
        f"每柱 {step} 个月",
        lambda day: _month_of(day) // step,
        lambda number: _month(number * step),
    )


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(number: int) -> str:
    return date(number // 12, number % 12 + 1, 1).strftime("%Y-%m")

"""A city from events: the samples' own story, changed where a case differs, on any day."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from services.audit.ledger import City, Shelves
from shared.events import EVENTS, Event, Meta, Recorded
from shared.kernel.actor import EventRef
from shared.kernel.dates import SHANGHAI
from shared.regulation.calendar import calendar_of
from shared.regulation.pack import installed
from tests.shared.events.samples import OLD_PROJECT, PROJECT, SYSTEM, stored
from tests.support.builders import UNIT, document
from tests.support.given_when_then import OFFICER

__all__ = ["OLD_PROJECT", "PROJECT", "SYSTEM", "UNIT"]

OTHER = UUID("01890000-0000-7000-8000-0000000000aa")
"""Another project of the same unit."""

FINDING = UUID("01890000-0000-7000-8000-00000000000b")

_SAMPLES = {(s.type, s.path.stem.partition(".v1")[2].strip(".")): s.data for s in stored()}
_PAPER = document("文件", "乐数〔2026〕9号").model_dump(mode="json", exclude_none=True)


EVERY = [(name, variant) for name, variant in _SAMPLES]
"""Every sample, by type and variant."""


def event(name: str, on: date | None = None, variant: str = "", **changes: Any) -> Event:
    """The sample of an event with some of its fields, nested ones too, set otherwise."""
    content = _merged(json.loads(_SAMPLES[name, variant]), changes)
    if on is not None:
        content["on"] = on.isoformat()
    return EVENTS[name].model_validate_json(json.dumps(content, default=str))


def _merged(content: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in changes.items():
        known = content.get(key)
        both = isinstance(value, Mapping) and isinstance(known, dict)
        content[key] = _merged(known, value) if both and isinstance(known, dict) else value
    return content


def _made(name: str, on: date, **content: Any) -> Event:
    values = {"project_id": PROJECT, "unit_id": UNIT, "on": on, **content}
    return EVENTS[name].model_validate_json(json.dumps(values, default=str))


def violation(on: date, **changes: Any) -> Event:
    content = {"fault": "NOT_SHARED", "description": "未共享", "evidence": _PAPER}
    return _made("SharingViolationFound", on, finding_id=FINDING, violation=content, **changes)


def endangered(on: date, **changes: Any) -> Event:
    content = {"fault": "MAJOR_DANGER", "description": "隐患", "evidence": _PAPER}
    values = {"finding_id": FINDING, "body": "PSB", "finding": content}
    return _made("SecurityFindingRecorded", on, **values, **changes)


def cleared(on: date, **changes: Any) -> Event:
    content = {"description": "已整改", "evidence": _PAPER}
    values = {"finding_id": FINDING, "body": "PSB", "clearance": content}
    return _made("SecurityFindingCleared", on, **values, **changes)


def measured(kind: str, on: date) -> Event:
    content = {
        "kind": kind,
        "rectification_id": FINDING,
        "reason": "逾期不改",
        "document": _PAPER,
    }
    return _made("MeasureImposed", on, measure_id=FINDING, body="DEB", measure=content)


def lifted(kind: str, on: date) -> Event:
    content = {"reason": "已整改", "document": _PAPER}
    return _made("MeasureLifted", on, measure_id=FINDING, kind=kind, lifting=content)


def suspended(on: date) -> Event:
    return _made("ConstructionSuspended", on, suspension={"reason": "损失", "document": _PAPER})


def resumed(on: date) -> Event:
    return _made("ConstructionResumed", on, resumption={"reason": "已整改", "document": _PAPER})


def granted(on: date, *rows: str, **changes: Any) -> Event:
    """An exception for the project, or with `project_id=None` for the unit's declarations."""
    values = {
        "exception_id": FINDING,
        "rows": rows,
        "kind": "JUSTIFIED",
        "number": "乐发改〔2026〕3号",
        "approvers": ["DRC", "DEB"],
        "valid_from": on,
    }
    return _made("ExceptionGranted", on, **(values | changes))


def approved_though_unshared(on: date) -> Event:
    return _made("LeadingGroupApproved", on, approval={"text": "同意", "document": _PAPER})


def recorded(*events: Event) -> list[Recorded]:
    """Events as the four logs would hold them, each log in the order given."""
    positions: Counter[str] = Counter()
    return [_recorded(each, positions) for each in events]


def _recorded(each: Event, positions: Counter[str]) -> Recorded:
    service = "approval" if each.service == "refusals" else each.service
    positions[service] += 1
    position = positions[service]
    return Recorded(
        event=each,
        ref=EventRef(
            service=service,
            position=position,
            stream=each.stream,
            version=position,
            event_id=uuid5(PROJECT, f"{service}/{position}"),
        ),
        stored_meta=Meta(actor=OFFICER, command="given", policy="511100-2022@1"),
        recorded_at=datetime.combine(each.on, time(9), SHANGHAI).astimezone(UTC),
    )


def city(as_of: date, *events: Event) -> City:
    """The city as of a day, with these events on record."""
    shelves = Shelves()
    for each in recorded(*events):
        shelves.add(each)
    return City(shelves, as_of, installed(), calendar_of())

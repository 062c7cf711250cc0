"""登记簿: refusals by what they fit, exceptions as they stand on a day, notices that came late."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.audit.registers import (
    ExceptionFilter,
    ExceptionStatus,
    RefusalFilter,
    exceptions,
    late_notices,
    refusals,
)
from shared.events import EVENTS, Event
from tests.audit.building import FINDING, OTHER, PROJECT, UNIT, city, event, granted
from tests.support.builders import OTHER_UNIT, document

DAY = timedelta(days=1)
FIRST = date(2026, 5, 6)
LATER = date(2026, 9, 1)
REGISTERED = event("UnitRegistered", FIRST)


def refused(on: date, **changes: Any) -> Event:
    return event("RequestRefused", on, **changes)


FOREIGN = refused(
    LATER,
    refusal_id=OTHER,
    command="file_change",
    rules=["moved_money_stays_within_ratio"],
    articles=["29"],
    about=[f"unit:{OTHER_UNIT}"],
    request='{"reason":"NONE"}',
)


@pytest.mark.parametrize(
    ("wanted", "commands"),
    [
        ({}, ["file_change", "issue_reply"]),
        ({"limit": 1}, ["file_change"]),
        ({"unit": UNIT}, ["issue_reply"]),
        ({"unit": OTHER_UNIT}, ["file_change"]),
        ({"project": PROJECT}, ["issue_reply"]),
        ({"project": PROJECT, "unit": OTHER_UNIT}, []),
        ({"article": "29"}, ["file_change"]),
        ({"rule": "security_opinions_are_given"}, ["issue_reply"]),
        ({"command": "issue_reply"}, ["issue_reply"]),
        ({"since": LATER}, ["file_change"]),
        ({"since": LATER + DAY}, []),
        ({"until": FIRST}, ["issue_reply"]),
        ({"until": FIRST - DAY}, []),
    ],
)
def test_refusals_are_found_by_what_they_fit(wanted: dict[str, Any], commands: list[str]) -> None:
    found = refusals(city(LATER, refused(FIRST), FOREIGN), RefusalFilter(**wanted))
    assert [entry.command for entry in found] == ["given"] * len(commands)
    assert [entry.summary.partition("：")[0] for entry in found] == commands


def test_a_refusal_shows_what_was_asked_for() -> None:
    found = refusals(city(LATER, refused(FIRST), FOREIGN), RefusalFilter())
    assert [entry.request for entry in found] == ['{"reason":"NONE"}', None]
    assert found[0].rules == ("moved_money_stays_within_ratio",)


def _step(name: str, on: date, **content: Any) -> Event:
    values = {"exception_id": FINDING, "unit_id": UNIT, "project_id": PROJECT, "on": on}
    return EVENTS[name].model_validate(values | content)


REQUESTED = _step(
    "ExceptionRequested",
    FIRST,
    request={
        "unit_id": UNIT,
        "project_id": PROJECT,
        "rows": ["8-(3)"],
        "kind": "LEGAL",
        "reason": "依法须专网部署",
        "legal_basis": {"title": "某法", "article": "第九条", "provision": "专网运行"},
        "evidence": document("证明"),
    },
)
AGREEMENT = {"approved": True, "text": "同意", "document": document("意见", "1号")}
AGREED = _step("ExceptionAgreed", FIRST + DAY, body="DEB", agreement=AGREEMENT)
GRANTED = granted(FIRST + 2 * DAY, "8-(3)", kind="LEGAL", valid_until=LATER)
REFUSED = _step(
    "ExceptionRefused",
    FIRST + 2 * DAY,
    body="DRC",
    agreement={**AGREEMENT, "approved": False, "text": "理由不足"},
)
REVOKED = _step(
    "ExceptionRevoked",
    FIRST + 3 * DAY,
    revocation={"reason": "情况变化", "document": document("撤销")},
)


@pytest.mark.parametrize(
    ("as_of", "ending", "status"),
    [
        (FIRST, GRANTED, ExceptionStatus.REQUESTED),
        (FIRST + DAY, GRANTED, ExceptionStatus.REQUESTED),
        (FIRST + 2 * DAY, GRANTED, ExceptionStatus.GRANTED),
        (LATER, GRANTED, ExceptionStatus.GRANTED),
        (LATER + DAY, GRANTED, ExceptionStatus.EXPIRED),
        (FIRST + 2 * DAY, REFUSED, ExceptionStatus.REFUSED),
    ],
)
def test_an_exception_is_shown_as_it_stands_on_a_day(
    as_of: date, ending: Event, status: ExceptionStatus
) -> None:
    (entry,) = exceptions(city(as_of, REGISTERED, REQUESTED, AGREED, ending), ExceptionFilter())
    assert entry.status is status
    assert entry.legal_basis == "《某法》第九条"
    assert entry.unit_name
    assert entry.agreed == (() if as_of == FIRST else ("市数字经济局",))


def test_a_revoked_exception_says_why_and_a_refused_one_by_whom() -> None:
    (entry,) = exceptions(city(LATER, REQUESTED, GRANTED, REVOKED), ExceptionFilter())
    assert (entry.status, entry.ended_because) == (ExceptionStatus.REVOKED, "情况变化")
    (entry,) = exceptions(city(LATER, REQUESTED, REFUSED), ExceptionFilter())
    assert (entry.refused_by, entry.ended_because) == ("市发展改革委", "理由不足")


def test_a_units_own_exception_is_there_though_nobody_asked() -> None:
    (entry,) = exceptions(city(LATER, granted(FIRST, "43-1", approvers=[])), ExceptionFilter())
    assert (entry.requested_on, entry.number) == (None, "乐发改〔2026〕3号")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, 1),
        ({"unit": UNIT, "project": PROJECT, "row": "8-(3)", "status": "GRANTED"}, 1),
        ({"unit": OTHER_UNIT}, 0),
        ({"project": OTHER}, 0),
        ({"row": "8-(4)"}, 0),
        ({"status": "REFUSED"}, 0),
    ],
)
def test_exceptions_are_found_by_what_they_fit(wanted: dict[str, Any], found: int) -> None:
    entries = exceptions(city(LATER, REQUESTED, GRANTED), ExceptionFilter.model_validate(wanted))
    assert len(entries) == found


def test_late_notices_name_project_and_change() -> None:
    here = city(
        LATER,
        REGISTERED,
        event("ProjectDeclared", FIRST),
        event("ChangeApplied", FIRST),
        event("LateNoticeFound", FIRST),
    )
    (notice,) = late_notices(here, UNIT)
    assert (notice.name, notice.executed_on) == (
        "乐山市智慧教育云平台（二期）",
        date(2026, 8, 20),
    )
    assert str(notice.total) == "3860000.00"
    assert late_notices(here, OTHER_UNIT) == []

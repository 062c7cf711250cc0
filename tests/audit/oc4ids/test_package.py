"""OC4IDS: a project's package validates, says what the record says, and names no person."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit import oc4ids
from services.audit.oc4ids.contracts import METHODS
from services.audit.oc4ids.parts import period, value
from services.audit.oc4ids.project import STATUSES
from services.audit.state import Phase
from shared.events.budget import ProcurementMethod
from shared.kernel.money import Money
from tests.audit.building import EVERY, PROJECT, UNIT, city, event
from tests.audit.flagged import seen
from tests.audit.oc4ids.validating import amounts, faults, published, unknown_fields
from tests.support.builders import SUPPLIER

LAST = date(2028, 12, 31)
LIFE = [
    event("UnitRegistered"),
    *(event(name) for name in ("SystemCatalogued", "ProjectDeclared", "ProjectListed")),
    *(event(name) for name in ("ProjectCodeAssigned", "DocumentSubmitted", "EvaluationRecorded")),
    *(event(name) for name in ("ReplyIssued", "BudgetIncluded", "ProcurementRecorded")),
    *(event(name) for name in ("ContractRecorded", "ChangeFiled", "PaymentRecorded")),
    *(event(name) for name in ("AcceptanceScheduled", "CompletionReported", "TrialRunStarted")),
    *(event(name) for name in ("AcceptanceApplied", "AcceptanceConcluded")),
]


def made(as_of: date, *events: Any) -> bytes:
    here = city(as_of, *events)
    return oc4ids.package(here, here.projects, "https://example.org/oc4ids", "oc4ids-abcdef")


def told(content: bytes) -> dict[str, Any]:
    (project,) = json.loads(content)["projects"]
    return dict(project)


def test_a_whole_life_validates_and_uses_only_the_standards_fields() -> None:
    content = made(LAST, *LIFE)
    assert faults(content) == []
    assert unknown_fields(content) == set()


def test_a_package_that_does_not_fit_is_found_out() -> None:
    package = json.loads(made(LAST, *LIFE))
    package["projects"][0]["status"] = "done"
    package["projects"][0]["budget"]["amount"]["amount"] = "1.00"
    package["publishedDate"] = "yesterday"
    assert [fault.partition(":")[0] for fault in faults(package)] == [
        "projects/0/budget/amount/amount",
        "projects/0/status",
        "publishedDate",
    ]


def test_every_day_of_a_life_validates() -> None:
    for as_of in sorted({each.on for each in LIFE if each.on >= event("ProjectDeclared").on}):
        assert faults(made(as_of, *LIFE)) == []


@pytest.mark.parametrize("backwards", [False, True], ids=["as told", "backwards"])
def test_no_record_is_too_odd_for_the_standard(*, backwards: bool) -> None:
    events = [event(name, variant=variant) for name, variant in EVERY]
    if backwards:
        events.reverse()
    content = made(LAST, *events)
    assert faults(content) == []
    assert unknown_fields(content) == set()


def test_it_says_what_the_record_says() -> None:
    project = told(made(LAST, *LIFE))
    assert project["id"] == f"oc4ids-abcdef-{PROJECT}"
    assert (project["status"], project.get("type")) == ("maintenance", None)
    assert project["publicAuthority"]["id"] == UNIT
    budget = project["budget"]
    assert (budget["description"], budget["amount"]["currency"]) == ("批复总投资", "CNY")
    assert budget["approvalDate"] == "2026-04-08T00:00:00+08:00"
    groups = {group["id"]: group["budgetBreakdown"] for group in budget["budgetBreakdowns"]}
    assert [line["id"] for line in groups["items"]] == ["A1", "A2", "B1", "C1", "C2"]
    assert groups["sources"]
    roles = {party["id"]: party["roles"] for party in project["parties"]}
    assert roles[UNIT] == ["buyer", "payer", "procuringEntity", "publicAuthority"]
    assert roles[SUPPLIER] == ["payee", "supplier"]
    assert roles["FIN"] == ["funder"]
    (process,) = project["contractingProcesses"]
    summary = process["summary"]
    assert (process["id"], summary["status"]) == ("LSZC-2026-0231", "active")
    assert summary["tender"]["procurementMethodDetails"]
    (change,) = summary["modifications"]
    assert "220000.00" in change["description"]
    assert [t["payee"]["id"] for t in summary["transactions"]] == [SUPPLIER]
    met = {step["id"]: step["status"] for step in project["milestones"]}
    assert met["reply-1"] == met["completion"] == met["acceptance-1"] == "met"
    digests = {paper["id"] for paper in project["documents"]}
    assert event("ReplyIssued").model_dump(mode="json")["reply"]["document"]["digest"] in digests


def test_a_disputed_filing_is_no_change_and_a_later_contract_has_none() -> None:
    disputed = [*LIFE, event("FilingDisputed")]
    (process,) = told(made(LAST, *disputed))["contractingProcesses"]
    assert "modifications" not in process["summary"]
    later = [e for e in LIFE if e.type != "ContractRecorded"]
    later.append(event("ContractRecorded", date(2026, 8, 13)))
    (process,) = told(made(LAST, *later))["contractingProcesses"]
    assert "modifications" not in process["summary"]


def test_amounts_are_the_decimals_of_the_record() -> None:
    content = made(LAST, *LIFE)
    written = amounts(content)
    assert Decimal("3860000.00") in written
    assert Decimal("3248000.00") in written
    assert all(amount.as_tuple().exponent == -2 for amount in written)


@given(st.integers(0, 10**17 - 1))
def test_an_amount_loses_nothing(fen: int) -> None:
    text = orjson.dumps(value(Money(fen)))
    assert amounts(b'{"x":%b}' % text) == [Decimal(fen).scaleb(-2)]


def test_the_same_record_is_the_same_bytes_and_another_event_another_date() -> None:
    assert made(LAST, *LIFE) == made(LAST, *LIFE)
    earlier = json.loads(made(date(2026, 6, 8), *LIFE))["publishedDate"]
    assert earlier < json.loads(made(LAST, *LIFE))["publishedDate"]


def test_persons_are_not_named() -> None:
    named = {"officer-1", "张三"}
    for each in LIFE:
        named |= _persons(each.model_dump(mode="json"))
    assert len(named) > 4
    content = made(LAST, *LIFE).decode()
    assert [name for name in named if name in content] == []


_OF_PERSONS = {"responsible_person", "head", "contact", "participants", "reviewer", "checked_by"}


def _persons(content: Any) -> set[str]:
    """What stands in the fields that hold persons' names."""
    if isinstance(content, list):
        return set().union(*map(_persons, content)) if content else set()
    if not isinstance(content, dict):
        return set()
    found: set[str] = set()
    for key, each in content.items():
        if key in _OF_PERSONS and isinstance(each, str):
            found.add(each)
        elif key in _OF_PERSONS and isinstance(each, list):
            found |= {name for name in each if isinstance(name, str) and name != UNIT}
        found |= _persons(each)
    return {name for name in found if not name.startswith("1151")}


def test_every_code_is_one_of_the_standards() -> None:
    schema = published("project-schema")
    tender = schema["definitions"]["ContractingProcessSummary"]["properties"]["tender"]
    assert set(METHODS.values()) <= set(tender["properties"]["procurementMethod"]["enum"])
    assert METHODS.keys() == set(ProcurementMethod)
    assert set(STATUSES.values()) <= set(schema["properties"]["status"]["enum"])
    assert STATUSES.keys() == set(Phase)


def test_an_end_before_its_start_is_left_out() -> None:
    first, second = date(2026, 5, 6), date(2026, 5, 7)
    assert set(period(first, second)) == {"startDate", "endDate"}
    assert set(period(first, first)) == {"startDate", "endDate"}
    assert set(period(second, first)) == {"startDate"}
    assert set(period(None, first)) == {"endDate"}
    assert period(None, None) == {}


def test_an_upgrade_names_the_project_it_is_of() -> None:
    base = "01836b1d-0000-7a70-8000-5f1c2b3a4d07"
    upgrade = event("ProjectDeclared", declaration={"base_project_id": base})
    content = oc4ids.package(
        here := seen([upgrade]), here.projects, "https://example.org/", "oc4ids-abcdef"
    )
    assert faults(content) == []
    (related,) = told(content)["relatedProjects"]
    assert related["identifier"] == f"oc4ids-abcdef-{base}"

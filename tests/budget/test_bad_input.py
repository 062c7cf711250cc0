"""Budget over HTTP: what is malformed is refused by field, what contradicts itself by rule."""

from datetime import date

import pytest

from tests.budget.building import (
    contract,
    inclusion,
    lease,
    operation_plan,
    payment,
    price_cap,
    procurement,
    surplus,
)
from tests.budget.over_http import DIGEST, OneProject, broken, fields
from tests.support.city import City

MALFORMED_AMOUNTS = ["1.005", "1", "-1.00", "1,000.00", "1e3", "", "１.00", " 1.00"]


@pytest.mark.parametrize("amount", MALFORMED_AMOUNTS)
async def test_an_amount_has_two_places_and_no_sign(project: OneProject, amount: str) -> None:
    for path, command in [
        ("payments", payment()),
        ("contracts", contract()),
        ("procurements", procurement()),
        ("surplus-returns", surplus("1.00")),
    ]:
        body = {**command.model_dump(mode="json", exclude_none=True), "amount": amount}
        assert fields(await project.post(path, body)) == {"amount"}


async def test_nothing_of_nothing_is_paid(project: OneProject) -> None:
    for path, command in [("payments", payment()), ("contracts", contract())]:
        body = {**command.model_dump(mode="json", exclude_none=True), "amount": "0.00"}
        assert "amount" in fields(await project.post(path, body))


async def test_a_number_is_no_amount(project: OneProject) -> None:
    body = {**surplus("1.00").model_dump(mode="json", exclude_none=True), "amount": 1}
    assert fields(await project.post("surplus-returns", body)) == {"amount"}


async def test_sources_and_items_have_to_sum_up(project: OneProject) -> None:
    nothing = inclusion("0.00")
    assert broken(await project.post("inclusions", nothing, by="FIN")) == {
        "included_sources_sum_above_zero"
    }
    over = inclusion("999999.99", "0.02")
    assert broken(await project.post("inclusions", over, by="FIN")) == {
        "included_money_stays_within_the_approved_total"
    }
    await project.made("inclusions", inclusion(), by="FIN")
    await project.made("procurements", procurement())
    await project.made("contracts", contract())
    unequal = payment(items=[{"code": "A1", "amount": "299999.99"}])
    assert broken(await project.post("payments", unequal)) == {"payment_is_split_by_items"}


@pytest.mark.parametrize(
    ("division", "status"),
    [("51110", 422), ("5111001", 422), ("51110A", 422), ("５１１１００", 422), ("999999", 409)],
)
async def test_a_division_is_one_that_takes_part(
    project: OneProject, division: str, status: int
) -> None:
    shares = [{"division": division, "percent": 40}, {"division": "511100", "percent": 60}]
    command = {"shares": shares, "basis": {"title": "分摊方案", **DIGEST}}
    answer = await project.post("cost-share", command, by="FIN")
    assert answer.status_code == status, answer.text
    if status == 409:
        assert broken(answer) == {"shares_are_of_distinct_collaborating_divisions"}
    else:
        assert fields(answer) == {"shares.0.division"}


@pytest.mark.parametrize("percent", [0, -1, 101, 40.5, "40", True])
async def test_a_share_is_a_whole_percentage(project: OneProject, percent: object) -> None:
    shares = [{"division": "511100", "percent": percent}]
    command = {"shares": shares, "basis": {"title": "分摊方案", **DIGEST}}
    answer = await project.post("cost-share", command, by="FIN")
    assert "shares.0.percent" in fields(answer)


async def test_no_date_runs_backwards(project: OneProject) -> None:
    await project.made("inclusions", inclusion(), by="FIN")
    await project.made("procurements", procurement())
    early = contract(warranty_end=date(2025, 8, 31))
    assert broken(await project.post("contracts", early)) == {"warranty_ends_after_the_contract"}
    before = contract(on=date(2025, 8, 31))
    assert fields(await project.post("contracts", before)) == {"on"}
    ahead = contract(on=date(2025, 9, 2))
    assert fields(await project.post("contracts", ahead)) == {"on"}
    backwards = operation_plan(budget_year=2026, term_to=date(2025, 12, 31))
    assert fields(await project.post("operation-plans", backwards)) == {"term_to"}
    cap = price_cap(valid_until=date(2026, 1, 1))
    assert fields(await project.city.post("/budget/v1/price-caps", cap, by="DEB")) == {
        "valid_until"
    }
    wanted = lease(unit_id=project.unit, ends_on=date(2026, 12, 31))
    answer = await project.city.post("/budget/v1/line-leases", wanted, by="UNIT", unit=project.unit)
    assert fields(answer) == {"ends_on"}


@pytest.mark.parametrize("day", ["2025-02-30", "2025-9-1", "20250901", "2025-09-01T00:00:00", 0])
async def test_a_day_is_a_calendar_day(project: OneProject, day: object) -> None:
    body = {**contract().model_dump(mode="json", exclude_none=True), "warranty_end": day}
    assert fields(await project.post("contracts", body)) == {"warranty_end"}


@pytest.mark.parametrize("line_type", ["", "mstp", "MSTP-100", "专线", "A" * 65, "../x"])
async def test_a_line_type_is_an_ascii_code(city: City, line_type: str) -> None:
    body = {**price_cap().model_dump(mode="json", exclude_none=True), "line_type": line_type}
    assert fields(await city.post("/budget/v1/price-caps", body, by="DEB")) == {"line_type"}


@pytest.mark.parametrize("field", ["quantity", "periods", "budget_year"])
async def test_a_lease_counts_in_whole_numbers(project: OneProject, field: str) -> None:
    for value in (0, -1, 1.5, "10", True, 10**9):
        body = {**lease(unit_id=project.unit).model_dump(mode="json", exclude_none=True)}
        answer = await project.city.post(
            "/budget/v1/line-leases", {**body, field: value}, by="UNIT", unit=project.unit
        )
        assert fields(answer) == {field}


async def test_an_unknown_field_is_refused(project: OneProject) -> None:
    body = {**surplus("1.00").model_dump(mode="json", exclude_none=True), "amuont": "1.00"}
    assert fields(await project.post("surplus-returns", body)) == {"amuont"}

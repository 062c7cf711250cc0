"""重作决定: a past decision is made again as of its day, by the policy that is supposed."""

from typing import Any

from tests.shared.web.test_http import PROJECTS, a_declaration
from tests.support.city import City
from tests.support.clock import advance
from tests.support.late_city import obligations, path_of, subject_of


async def simulated(city: City, **values: str) -> list[dict[str, Any]]:
    overrides = [{"key": key, "value": value} for key, value in values.items()]
    answer = await city.http.post(
        "/registry/v1/simulations", json={"overrides": overrides}, headers=city.headers("AUD")
    )
    assert answer.status_code == 200, answer.text
    different: list[dict[str, Any]] = answer.json()["different"]
    return different


async def test_what_was_late_is_late_by_the_days_that_are_supposed(fresh_city: City) -> None:
    unit, command = await a_declaration(fresh_city)
    made = await fresh_city.post(PROJECTS, command, by="UNIT", unit=unit)
    assert made.status_code == 201, made.text
    advance(fresh_city, days=181)
    (late,) = await obligations(fresh_city, duty="CATALOGUE_REVIEW", state="UNFOUND")
    found = await fresh_city.post(path_of(late), subject_of(late), by="DEB")
    assert found.status_code == 201, found.text

    assert await simulated(fresh_city) == []
    (otherwise,) = await simulated(fresh_city, catalogue_review_days="181")
    assert otherwise["command"] == "mark_obligation_overdue"
    assert [rule["rule"] for rule in otherwise["rules"]] == ["obligation_is_late"]
    advance(fresh_city, days=30)
    (otherwise,) = await simulated(fresh_city, catalogue_review_days="181")
    assert not otherwise["would_be_accepted"]

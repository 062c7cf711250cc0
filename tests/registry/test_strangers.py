"""What is another unit's is to a unit as if it were not there."""

from uuid import uuid4

from tests.shared.web.test_http import PROJECTS, a_declaration
from tests.support.city import City


async def test_a_strangers_system_is_as_good_as_none(city: City) -> None:
    _, theirs = await a_declaration(city)
    unit, mine = await a_declaration(city)
    said = []
    for system_id in (theirs["system_id"], str(uuid4())):
        answer = await city.post(PROJECTS, {**mine, "system_id": system_id}, by="UNIT", unit=unit)
        assert answer.status_code == 409, answer.text
        rules = answer.json()["rules"]
        said.append([(r["rule"], r["text"].replace(system_id, "…")) for r in rules])
    assert said[0] == said[1]
    assert [rule for rule, _ in said[0]] == ["system_is_catalogued"]


async def test_asking_for_another_units_rows_gives_none(city: City) -> None:
    unit, command = await a_declaration(city)
    stranger, _ = await a_declaration(city)
    made = await city.post(PROJECTS, command, by="UNIT", unit=unit)
    position = {"min_position": made.json()["position"]}
    for caller, asked, rows in ((unit, unit, 1), (unit, stranger, 0), (stranger, unit, 0)):
        headers = city.headers("UNIT", unit=caller)
        answer = await city.http.get(PROJECTS, params={"unit": asked, **position}, headers=headers)
        assert len(answer.json()["items"]) == rows

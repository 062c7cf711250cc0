"""The table of powers is checked when a service is loaded, and asked on the legal date."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi import APIRouter

from services.registry import api
from services.registry.main import SPEC
from shared.kernel.actor import Actor
from shared.kernel.dates import SHANGHAI
from shared.regulation.pack import Library, PackError, Policy, installed, read
from shared.web.actors import authorise
from shared.web.powers import entries, entry_of, routes_of
from shared.web.problems import ProblemError
from shared.web.routes import StrictRoute
from tests.shared.regulation.building import rewritten, successor
from tests.shared.web.test_http import problem
from tests.support.builders import profile
from tests.support.city import CityDatabases, new_unit_id, running_city

PACK = installed().packs[0]
ROUTES = routes_of(api.ROUTERS)


def without(*operations: str) -> Library:
    table = {name: power for name, power in PACK.authority.items() if name not in operations}
    changed = PACK.model_copy(update={"authority": table})
    changed.__dict__.pop("powers", None)  # a copy keeps what was read from the whole table
    return Library((changed,))


def loaded(policies: Library) -> None:
    entries("registry", ROUTES, SPEC.commands, policies)


def test_all_operations_of_a_service_are_looked_at() -> None:
    names = {route.name for route in ROUTES}
    assert names >= {"declare_project", "list_projects", "read_policy"}
    assert entries("registry", ROUTES, SPEC.commands, installed()).keys() >= names


@pytest.mark.parametrize("operation", ["declare_project", "read_project", "activate_system"])
def test_an_operation_without_an_entry_is_found_when_the_service_is_loaded(operation: str) -> None:
    with pytest.raises(PackError, match=f"511100-2022: authority: missing {operation}$"):
        loaded(without(operation))


def test_a_read_that_asks_nobody_who_they_are_is_found_too() -> None:
    router = APIRouter(route_class=StrictRoute)

    @router.get("/open")
    async def read_project() -> None:
        """Tells anybody."""

    with pytest.raises(PackError, match="registry: read_project: asks nobody"):
        entries("registry", routes_of([router]), {}, installed())


def test_a_unit_that_is_to_act_on_its_own_only_needs_to_be_known_as_its_owner() -> None:
    (power,) = PACK.authority["withdraw_declaration"]
    for operation, own in (("flag_data_collection", True), ("withdraw_declaration", False)):
        changed = power.model_copy(update={"own": own})
        table = {**PACK.authority, operation: (changed,)}
        with pytest.raises(PackError, match=rf"authority\.{operation}: own"):
            loaded(Library((PACK.model_copy(update={"authority": table}),)))


def test_an_entry_may_be_meant_for_one_service_only() -> None:
    assert entry_of(PACK, "audit", "list_exceptions") == "audit.list_exceptions"
    assert entry_of(PACK, "approval", "list_exceptions") == "list_exceptions"


def officer(body: str, role: str = "OFFICER") -> Actor:
    unit_id = new_unit_id() if body == "UNIT" else None
    return Actor(person="one", name="一", body=body, role=role, unit_id=unit_id)


def test_where_nobody_has_the_power_nobody_is_named() -> None:
    policy = Policy(without("issue_reply").packs[0], date(2026, 5, 6))
    with pytest.raises(ProblemError, match="2026-05-06 没有部门可以办理此事项"):
        authorise(officer("DRC"), policy, "issue_reply")


def test_a_power_of_a_role_is_not_that_of_another(tmp_path: Path) -> None:
    written = 'issue_reply = { bodies = ["DRC"], article = "24"'
    path = rewritten(tmp_path, (written, f'{written}, roles = ["DIRECTOR"]'))
    policy = Policy(read(path), date(2026, 5, 6))
    authorise(officer("DRC", "DIRECTOR"), policy, "issue_reply")
    with pytest.raises(ProblemError, match="由市发展改革委办理"):
        authorise(officer("DRC"), policy, "issue_reply")


async def test_a_power_ends_at_midnight_in_leshan(
    city_databases: CityDatabases, tmp_path: Path
) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    registering = 'register_unit = { bodies = ["DEB"], article = "5", own = false }'
    successor(
        packs,
        (
            registering,
            'register_unit = [ { bodies = ["DEB"], article = "5", until = 2028-01-01 },'
            ' { bodies = ["DRC"], article = "5", since = 2028-01-01 } ]',
        ),
    )
    start = datetime(2027, 12, 31, 23, 59, tzinfo=SHANGHAI).astimezone(UTC)
    async with running_city(city_databases, tmp_path, packs=packs, start=start) as city:

        async def register(by: str) -> tuple[int, str]:
            content = profile(unit_id=new_unit_id())
            answer = await city.post("/registry/v1/units", content, by=by)
            return answer.status_code, answer.text

        assert (await register("DEB"))[0] == 201
        assert (await register("DRC"))[0] == 403
        city.clock.advance_to(datetime(2028, 1, 1, 0, 0, tzinfo=SHANGHAI))
        assert (await register("DRC"))[0] == 201
        ended = await city.post("/registry/v1/units", profile(unit_id=new_unit_id()), by="DEB")
        assert "由市发展改革委办理" in problem(ended, 403, "not_authorised")["detail"]

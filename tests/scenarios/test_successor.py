"""接续: the regulation ends, and a successor with other thresholds is one more file.

Nothing of the code changes: new projects are decided by the new numbers, running ones keep the
numbers of their baseline, and without a successor nothing is decided any more.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.approval.decisions import file_change, submit_document
from services.approval.rules import changes, documents
from shared.events.approval import ChangeFiled, DocumentSubmitted
from shared.kernel.dates import SHANGHAI
from shared.regulation.pack import Library
from tests.approval.building import CASE, moving, of_total, plan, replied
from tests.shared.regulation.building import successor
from tests.support.builders import profile
from tests.support.city import CityDatabases, new_unit_id, running_city

EXPIRY = date(2027, 6, 25)


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A folder with a pack for 2027 to 2032: three million, ten percent, six months."""
    folder = tmp_path / "packs"
    folder.mkdir()
    successor(
        folder,
        ('value = "5000000.00"', 'value = "3000000.00"'),
        (
            '"art29_max_percent", since = 2022-06-25, value = 15',
            '"art29_max_percent", since = 2022-06-25, value = 10',
        ),
        (
            '"trial_months", since = 2022-06-25, value = 3',
            '"trial_months", since = 2022-06-25, value = 6',
        ),
    )
    return folder


def test_new_documents_are_measured_by_the_new_number_from_its_first_day_on(packs: Path) -> None:
    case = replace(CASE, policies=Library.load("511100", packs))
    on_the_last_day = case.at(date(2027, 6, 24))
    on_the_last_day.when(submit_document, plan(**of_total("5000000.00"))).then(DocumentSubmitted)
    after = case.at(EXPIRY)
    after.when(submit_document, plan(**of_total("3000000.00"))).then(DocumentSubmitted)
    after.when(submit_document, plan(**of_total("3000000.01"))).then_broken(
        documents.small_merged_plan_stays_within_limit
    )


def test_a_running_project_keeps_the_ratio_of_its_baseline(packs: Path) -> None:
    case = replace(CASE, policies=Library.load("511100", packs)).at(date(2027, 9, 1))
    old = case.given(replied(policy="511100-2022@1"))
    old.when(file_change, moving(15_000_000)).then(ChangeFiled)
    old.when(file_change, moving(15_000_001)).then_broken(changes.moved_money_stays_within_ratio)
    new = case.given(replied(policy="511100-2027@1", on=date(2027, 8, 1)))
    new.when(file_change, moving(10_000_000)).then(ChangeFiled)
    new.when(file_change, moving(10_000_001)).then_broken(changes.moved_money_stays_within_ratio)


def last_minute() -> datetime:
    """One minute before the regulation ends, in Leshan."""
    return datetime(2027, 6, 24, 23, 59, tzinfo=SHANGHAI).astimezone(UTC)


async def test_from_midnight_on_decisions_cite_the_successor(
    city_databases: CityDatabases, tmp_path: Path, packs: Path
) -> None:
    home = tmp_path / "home"
    async with running_city(city_databases, home, packs=packs, start=last_minute()) as city:
        for instant, policy in (
            (last_minute(), "511100-2022@1"),
            (datetime(2027, 6, 25, tzinfo=SHANGHAI), "511100-2027@1"),
        ):
            if instant > city.clock.now():
                city.clock.advance_to(instant)
            answer = await city.post("/registry/v1/units", profile(unit_id=new_unit_id()), by="DEB")
            assert answer.status_code == 201, answer.text
            assert answer.json()["decision"]["policy"] == policy
        assert (await city.http.get("/registry/version")).json()["notices"] == []


async def test_without_a_successor_nothing_is_decided_and_everything_can_be_read(
    city_databases: CityDatabases, tmp_path: Path
) -> None:
    async with running_city(city_databases, tmp_path, start=last_minute()) as city:
        told = (await city.http.get("/registry/version")).json()
        assert told["policy_valid_until"] == "2027-06-25"
        assert "还有 1 天" in told["notices"][0]
        unit = new_unit_id()
        answer = await city.post("/registry/v1/units", profile(unit_id=unit), by="DEB")
        assert answer.status_code == 201, answer.text
        city.clock.advance_to(datetime(2027, 6, 25, 0, 0, tzinfo=SHANGHAI))
        refused = await city.post("/registry/v1/units", profile(unit_id=new_unit_id()), by="DEB")
        assert (refused.status_code, refused.json()["code"]) == (503, "no_policy_in_force")
        assert "2027-06-25" in refused.json()["detail"]
        assert (await city.get(f"/registry/v1/units/{unit}", by="DEB")).status_code == 200

"""HTTP: bundles of all projects over a range of days, for auditors."""

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.audit.bundle.verify import check
from shared.web.feed import LogHead
from tests.audit.bundles import unpacked
from tests.audit.signing import Signer, note
from tests.audit.test_bundle import alter, heads
from tests.audit.test_bundle import fetched as project_bundle
from tests.audit.test_bundle import unpacked as unzipped
from tests.audit.test_http import declared
from tests.shared.web.test_http import problem
from tests.support.city import START, City, new_unit_id

PATH = "/audit/v1/audit-bundles"
WHOLE = {"first": "2000-01-01", "last": "2099-12-31"}


async def asked(city: City, by: str = "AUD", **days: str) -> httpx.Response:
    return await city.post(PATH, {**WHOLE, **days}, by=by)


async def ended(city: City, begun: httpx.Response) -> dict[str, Any]:
    assert begun.status_code == 202, begun.text
    for _ in range(1000):
        answer = await city.get(begun.headers["location"])
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        if found["state"] not in ("WAITING", "RUNNING"):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it did not end")


async def fetched(city: City, **days: str) -> bytes:
    begun = await asked(city, **days)
    assert (await ended(city, begun))["state"] == "DONE"
    answer = await city.get(begun.headers["location"] + "/content")
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_all_that_was_recorded_is_carried_away(fresh_city: City) -> None:
    await declared(fresh_city)
    await declared(fresh_city)
    begun = await asked(fresh_city)
    assert begun.headers["location"] == f"{PATH}/{begun.json()['id']}"
    done = await ended(fresh_city, begun)
    content = await fresh_city.get(begun.headers["location"] + "/content")
    assert content.headers["content-type"] == "application/zip"
    assert content.headers["etag"] == f'"{sha256(content.content).hexdigest()}"'
    assert content.headers["etag"] == f'"{done["digest"]}"'
    assert int(content.headers["content-length"]) == done["size"] == len(content.content)
    verdict = check(unpacked(content.content))
    size = sum(head.position for head in (await heads(fresh_city)).values())
    assert verdict.events == verdict.within == done["written"] == done["of"] == size > 0
    listed = (await fresh_city.get(PATH)).json()["items"]
    assert [each["id"] for each in listed] == [done["id"]]


async def test_only_the_days_asked_for(fresh_city: City) -> None:
    await declared(fresh_city)
    before = (await heads(fresh_city))["registry"].position
    fresh_city.clock.advance_to(START + timedelta(days=10))
    await declared(fresh_city)
    after = (await heads(fresh_city))["registry"].position
    day = (START + timedelta(days=10)).date().isoformat()
    verdict = check(unpacked(await fetched(fresh_city, first=day, last=day)))
    log = next(log for log in verdict.logs if log.service == "registry")
    assert log.events == after - before + 1  # and the one before
    assert verdict.within == verdict.events - sum(1 for log in verdict.logs if log.events)


async def test_made_twice_from_the_same_state_it_is_the_same(fresh_city: City) -> None:
    await declared(fresh_city)
    once, again = [await fetched(fresh_city) for _ in range(2)]
    assert once == again
    await declared(fresh_city)
    assert await fetched(fresh_city) != once


async def test_twice_the_same_at_once_is_made_once(fresh_city: City) -> None:
    await declared(fresh_city)
    answers = await asyncio.gather(*(asked(fresh_city) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    for answer in answers:
        assert (await ended(fresh_city, answer))["state"] == "DONE"


@pytest.mark.parametrize("body", ["UNIT", "DEB", "DRC", "FIN", "LG", "GAB", "SYSTEM"])
async def test_only_auditors_ask_see_and_fetch(city: City, body: str) -> None:
    begun = await asked(city)
    place = begun.headers["location"]
    unit = new_unit_id() if body == "UNIT" else None
    refused = await city.post(PATH, WHOLE, by=body, unit=unit)
    problem(refused, 403, "not_authorised")
    for path in (PATH, place, f"{place}/content", f"{PATH}/{uuid4()}"):
        problem(await city.get(path, by=body, unit=unit), 403, "not_authorised")
    await ended(city, begun)


async def test_another_auditor_may_fetch_it(city: City) -> None:
    begun = await asked(city, last="2031-01-01")
    done = await ended(city, begun)
    other = {"Authorization": f"Bearer {city.token('AUD', person='aud-2')}"}
    answer = await city.http.get(begun.headers["location"] + "/content", headers=other)
    assert (answer.status_code, len(answer.content)) == (200, done["size"])
    assert (done["person"], done["body"]) == ("aud-1", "AUD")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"first": "2026-02-01", "last": "2026-01-01"}, "末日早于首日"),
        ({"first": "2026-02-01"}, "last"),
        ({"first": "2026-02-30", "last": "2026-03-01"}, "first"),
        ({"first": "1999-12-31", "last": "2026-03-01"}, "first"),
        ({"first": 20260201, "last": "2026-03-01"}, "first"),
        ({**WHOLE, "note": "x"}, "note"),
        ([], ""),
    ],
)
async def test_days_that_are_none_are_refused(city: City, content: Any, field: str) -> None:
    found = problem(await city.post(PATH, content, by="AUD"), 422, "invalid_payload")
    assert field in found["detail"]


async def test_what_is_not_there_is_not_found(city: City) -> None:
    for path in (f"{PATH}/{uuid4()}", f"{PATH}/{uuid4()}/content"):
        problem(await city.get(path), 404, "not_found")
    problem(await city.get(f"{PATH}/x"), 422, "invalid_payload")


async def test_a_log_with_a_hole_fails_and_says_where_to_look(fresh_city: City) -> None:
    await declared(fresh_city)
    await fetched(fresh_city)
    alter(fresh_city, "DELETE FROM inbox WHERE source = 'registry' AND position = 1")
    begun = await asked(fresh_city)
    failed = await ended(fresh_city, begun)
    assert (failed["state"], "/v1/integrity" in failed["detail"]) == ("FAILED", True)
    found = problem(await fresh_city.get(begun.headers["location"] + "/content"), 404, "not_found")
    assert "尚未制成" in found["detail"]


async def test_after_its_days_it_is_removed(fresh_city: City) -> None:
    begun = await asked(fresh_city)
    await ended(fresh_city, begun)
    fresh_city.clock.advance_to(datetime.now(UTC).replace(year=2027, month=1, day=1))
    problem(await fresh_city.get(begun.headers["location"]), 404, "not_found")
    assert (await fresh_city.get(PATH)).json()["items"] == []
    folder = fresh_city.settings.bundle_folder
    assert list(folder.iterdir()) == []


async def test_a_folder_that_cannot_be_written_is_said_so(fresh_city: City) -> None:
    fresh_city.settings.bundle_folder.write_text("in the way")
    found = problem(await asked(fresh_city), 503, "busy")
    assert "目录" in found["detail"]


async def test_what_is_kept_is_for_the_service_alone(fresh_city: City) -> None:
    await fetched(fresh_city)
    assert fresh_city.settings.bundle_folder.stat().st_mode & 0o077 == 0


# -- signed checkpoints -------------------------------------------------------------------------


def signing(city: City, size_of: Any, *, origin: str | None = None) -> Signer:
    """The audit service is given checkpoints of a size by someone with a key."""
    from services.audit.api.heads import Noted

    signer = Signer("witness.example/w", 4, 3)
    roots: dict[tuple[str, int], str] = {}

    async def noting(service: str, head: LogHead) -> Noted:
        size = size_of(service, head)
        roots.setdefault((service, head.position), head.root)
        root = roots[service, size]
        text = note(origin or head.origin, size, root, signer)
        return Noted(text, (signer.vkey,))

    route = next(r for r in city.app.routes if getattr(r, "path", "") == "/audit")
    route.app.state.noting = noting  # type: ignore[attr-defined]
    return signer


async def test_bundles_go_as_far_as_the_checkpoint_that_was_signed(fresh_city: City) -> None:
    _, project = await declared(fresh_city)
    sizes: dict[str, int] = {}
    signing(fresh_city, lambda service, head: sizes.setdefault(service, head.position))
    first = await fetched(fresh_city)
    await declared(fresh_city)
    assert await fetched(fresh_city) == first  # the newest signed one is still the old one
    verdict = check(unpacked(first))
    assert {log.service: log.size for log in verdict.logs} == sizes
    assert len(verdict.checkpoints) == len(verdict.logs)
    about = unzipped(await project_bundle(fresh_city, project))
    assert {"keys.txt", "checkpoints/registry.txt"} <= about.keys()
    assert check(about).checkpoints["registry"].size == sizes["registry"]


async def test_a_checkpoint_of_another_log_makes_no_bundle(fresh_city: City) -> None:
    _, project = await declared(fresh_city)
    signing(fresh_city, lambda service, head: head.position, origin="elsewhere/log")
    found = problem(await asked(fresh_city), 500, "internal_error")
    assert "/v1/checkpoints" in found["detail"]
    path = f"/audit/v1/projects/{project}/audit-bundle"
    problem(await fresh_city.get(path), 500, "internal_error")

"""审计包: the same bytes for the same record, for those who may audit, and whole."""

import asyncio
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest
from rich.console import Console

from deploy.demo import STORIES, tell
from deploy.demo import City as Caller
from deploy.demo.board import Board
from services.audit.api import bundle as endpoint
from services.audit.api.heads import Stated
from services.audit.bundle.verify import (
    COMMON,
    FIELDS,
    KEYS,
    OF_A_PROJECT,
    SUMS,
    Fault,
    check,
    told,
)
from shared.web.feed import LogHead
from shared.web.settings import LOGS
from tests.audit.bundles import maker as without_pages
from tests.audit.test_http import declared
from tests.shared.web.test_http import problem
from tests.support.city import City, CityDatabases, running_city

Files = dict[str, bytes]


class Lives(NamedTuple):
    """A city in which two stories were told, and their projects."""

    city: City
    projects: list[str]


@pytest.fixture(scope="module")
async def lives(
    city_databases: CityDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lives]:
    stories = dict(list(STORIES.items())[:2])
    async with running_city(city_databases, tmp_path_factory.mktemp("lives")) as city:
        caller = Caller.at(city.http, "http://city")
        projects = await tell(caller, stories, Board(Console(file=io.StringIO())))
        yield Lives(city, [str(project.id) for project in projects])


def path_of(project: object) -> str:
    return f"/audit/v1/projects/{project}/audit-bundle"


async def fetched(city: City, project: str) -> bytes:
    answer = await city.get(path_of(project))
    assert answer.status_code == 200, answer.text
    return answer.content


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def heads(city: City) -> dict[str, LogHead]:
    found = {}
    for service in LOGS:
        answer = await city.get(f"/{service}/v1/feed/head")
        found[service] = LogHead.model_validate(answer.json())
    return found


# -- what is in it ------------------------------------------------------------------------------


async def test_a_bundle_is_named_and_sealed(lives: Lives) -> None:
    project = lives.projects[0]
    answer = await lives.city.get(path_of(project))
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["etag"] == f'"{sha256(answer.content).hexdigest()}"'
    assert f"audit-bundle-{project}.zip" in answer.headers["content-disposition"]
    signed = [f"checkpoints/{service}.txt" for service in LOGS]
    due = (*COMMON, *OF_A_PROJECT, SUMS, KEYS, *signed)
    assert sorted(unpacked(answer.content)) == sorted(due)


async def test_every_event_is_there_as_recorded_in_the_order_of_the_history(lives: Lives) -> None:
    for project in lives.projects:
        files = unpacked(await fetched(lives.city, project))
        lines = [json.loads(line) for line in files["events.ndjson"].splitlines()]
        history = (await lives.city.get(f"/audit/v1/projects/{project}/history")).json()
        assert [line["event_id"] for line in lines] == [e["event_id"] for e in history["entries"]]
        assert {line["service"] for line in lines} == set(LOGS)
        for service in LOGS:
            log = lives.city.runtime(service).log
            for line in (each for each in lines if each["service"] == service):
                (row,) = log.read(line["position"] - 1, 1)
                assert tuple(line) == FIELDS
                assert line["data"].encode() == row.data
                assert line["meta"].encode() == row.meta
                assert bytes.fromhex(line["leaf"]) == row.leaf
                assert (line["stream"], line["version"]) == (row.stream_id, row.version)
                assert line["effective_on"] == str(row.effective_on)
                assert (line["type"], line["event_id"]) == (row.type, str(row.event_id))


async def test_decisions_and_documents_are_those_of_the_history(lives: Lives) -> None:
    project = lives.projects[0]
    files = unpacked(await fetched(lives.city, project))
    history = (await lives.city.get(f"/audit/v1/projects/{project}/history")).json()
    expected = {
        e["decision"]["decision_id"]: len(e["decision"]["checks"])
        for e in history["entries"]
        if e["decision"]
    }
    decisions = [json.loads(line) for line in files["decisions.ndjson"].splitlines()]
    assert {
        d["decision_id"]: len(d["decision"]["checks"]) for d in decisions if d["decision"]
    } == expected
    (elsewhere,) = (d for d in decisions if d["decision"] is None)
    (listed,) = (e for e in history["entries"] if e["type"] == "ProjectListed")
    assert [e["event_id"] for e in elsewhere["events"]] == [listed["event_id"]]
    documents = json.loads(files["documents.json"])["documents"]
    of_event = {e["event_id"]: e["data"] for e in history["entries"]}
    assert len(documents) > 20
    for document in documents:
        assert document["digest"] in of_event[document["event"]["event_id"]]


async def test_it_speaks_for_the_logs_as_they_stand(lives: Lives) -> None:
    files = unpacked(await fetched(lives.city, lives.projects[1]))
    content = json.loads(files["logs.json"])
    for log, (service, head) in zip(
        content["logs"], (await heads(lives.city)).items(), strict=True
    ):
        assert (log["service"], log["origin"]) == (service, head.origin)
        assert (log["size"], log["hash"]) == (head.position, head.hash)
        assert log["root"] == log["stated_root"] == head.root


async def test_every_bundle_is_valid_and_speaks_of_its_project(lives: Lives) -> None:
    for project in lives.projects:
        verdict = check(unpacked(await fetched(lives.city, project)))
        assert verdict.project_id == project
        assert verdict.sandbox

        assert f"VALID: project {project}: {verdict.events} events" in "\n".join(told(verdict))


async def test_it_is_checked_where_nothing_else_is_installed(lives: Lives, tmp_path: Path) -> None:
    content = await fetched(lives.city, lives.projects[0])
    verifier = tmp_path / "verify.py"
    verifier.write_bytes(unpacked(content)["verify.py"])
    (tmp_path / "bundle.zip").write_bytes(content)
    bare = [sys.executable, "-I", "-S"]
    ours = await asyncio.to_thread(
        subprocess.run, [*bare, "-c", "import services"], cwd=tmp_path, capture_output=True
    )
    assert b"ModuleNotFoundError" in ours.stderr
    ran = await asyncio.to_thread(
        subprocess.run, [*bare, "verify.py", "bundle.zip"], cwd=tmp_path, capture_output=True
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert f"VALID: project {lives.projects[0]}" in ran.stdout.decode()


# -- the same record, the same bytes ------------------------------------------------------------


async def test_made_twice_it_is_the_same(lives: Lives) -> None:
    once, again = [await fetched(lives.city, lives.projects[0]) for _ in range(2)]
    assert once == again
    assert once != await fetched(lives.city, lives.projects[1])


async def test_what_is_recorded_while_it_is_made_is_left_out(fresh_city: City) -> None:
    unit, project = await declared(fresh_city)
    before, stated = await fetched(fresh_city, project), await heads(fresh_city)
    withdrawn = await fresh_city.post(
        f"/registry/v1/projects/{project}/withdrawal", {"reason": "并入他项"}, by="UNIT", unit=unit
    )
    assert withdrawn.status_code == 201, withdrawn.text
    after = await fetched(fresh_city, project)
    assert check(unpacked(after)).events == check(unpacked(before)).events + 1
    inbox = fresh_city.runtime("audit").inbox
    files = unpacked(before)
    names = {service: f"checkpoints/{service}.txt" for service in stated}
    logs = {
        service: Stated(head, files[names[service]].decode() if names[service] in files else None)
        for service, head in stated.items()
    }
    by = without_pages()._replace(keys=files[KEYS].decode().split())
    assert endpoint._made(inbox, UUID(project), logs, by) == before != after


# -- who gets one, and when ---------------------------------------------------------------------


@pytest.mark.parametrize("body", ["AUD", "DEB", "DRC", "FIN", "LG"])
async def test_who_reads_the_history_gets_the_bundle(lives: Lives, body: str) -> None:
    answer = await lives.city.get(path_of(lives.projects[0]), by=body)
    assert answer.status_code == 200


@pytest.mark.parametrize("body", ["GAB", "CAC", "SYSTEM"])
async def test_others_do_not(lives: Lives, body: str) -> None:
    problem(await lives.city.get(path_of(lives.projects[0]), by=body), 403, "not_authorised")


async def test_a_unit_is_told_the_same_of_every_project(city: City) -> None:
    unit, own = await declared(city)
    _, foreign = await declared(city)
    answers = [
        problem(await city.get(path_of(p), by="UNIT", unit=unit), 403, "not_authorised")["detail"]
        for p in (own, foreign, uuid4())
    ]
    assert len(set(answers)) == 1


async def test_of_a_project_without_record_there_is_none(city: City) -> None:
    problem(await city.get(path_of(uuid4())), 404, "not_found")


async def test_what_is_too_large_is_said_so(lives: Lives, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "LARGEST", 10_000)
    found = problem(await lives.city.get(path_of(lives.projects[0])), 507, "answer_too_large")
    assert "/v1/feed" in found["detail"]


# -- where the audit service's own copy was altered ---------------------------------------------


def alter(city: City, statement: str) -> None:
    with psycopg.connect(city.dsns["audit"].app) as service:
        changed = service.execute(statement.encode())
        assert changed.rowcount == 1


async def test_an_event_altered_here_is_named(fresh_city: City) -> None:
    _, project = await declared(fresh_city)
    position = (await heads(fresh_city))["registry"].position
    check(unpacked(await fetched(fresh_city, project)))
    alter(fresh_city, f"UPDATE inbox SET version = 7 WHERE position = {position}")
    with pytest.raises(Fault, match=rf"registry position {position} .*not those of the leaf"):
        check(unpacked(await fetched(fresh_city, project)))


async def test_another_events_leaf_altered_here_makes_another_root(fresh_city: City) -> None:
    _, project = await declared(fresh_city)
    size = (await heads(fresh_city))["registry"].position
    await fetched(fresh_city, project)
    alter(fresh_city, "UPDATE inbox SET leaf = sha256(leaf) WHERE position = 1")
    with pytest.raises(Fault, match=rf"registry position {size}: .*another root"):
        check(unpacked(await fetched(fresh_city, project)))


async def test_a_log_with_a_hole_proves_nothing(fresh_city: City) -> None:
    _, project = await declared(fresh_city)
    await fetched(fresh_city, project)
    alter(fresh_city, "DELETE FROM inbox WHERE position = 1")
    found = problem(await fresh_city.get(path_of(project)), 500, "internal_error")
    assert "/v1/integrity" in found["detail"]

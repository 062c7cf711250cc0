"""Nobody gets further than the table lets them: every operation, by everybody it does not name.

The city is one in which a project has been accepted and kept running, and a joint one is under
way. What is asked is always about them, by their real ids.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from io import StringIO
from typing import Any

import httpx
import pytest
from rich.console import Console

from deploy.catalogue import CREATORS
from deploy.demo import STORIES, tell
from deploy.demo import City as Clients
from deploy.demo.board import Board
from deploy.demo.cast import AUD, DEB, Project
from shared.events import EVENTS, Meta
from shared.kernel.actor import Actor
from shared.regulation.authority import UNIT, Party
from shared.regulation.decision import Decision
from shared.regulation.pack import Policy
from shared.web.receipts import Receipt
from shared.web.settings import LOGS
from tests.support.city import City, CityDatabases, new_unit_id, running_city
from tests.support.operations import COMMANDS, NOWHERE, OPERATIONS, Operation, Target

TOLD = ("小型自建·实施方案", "三部门共建")


class Advanced:
    """A city whose projects are far advanced."""

    def __init__(self, city: City, projects: list[Project]) -> None:
        self.city = city
        self.clients = Clients.at(city.http, "http://city")
        self.small, self.joint = projects
        self.stranger = new_unit_id()

    async def first(self, path: str, key: str) -> object:
        """The id of the first row of a list, as a body reads it."""
        rows = (await self.clients.read(DEB, path))["items"]
        return rows[0][key] if rows else NOWHERE

    async def target(self, project: Project) -> Target:
        """A project and everything that belongs to it, by its real ids."""
        unit, state = project.unit, await self.clients.read(DEB, project.registration)
        identifiers = {
            "digest": f"sm3:{'0' * 64}",
            "project_id": project.id,
            "unit_id": unit.id,
            "system_id": state["declaration"]["system_id"],
            "list_id": await self.first("/registry/v1/annual-lists", "list_id"),
            "plan_id": await self.first("/budget/v1/operation-plans", "plan_id"),
            "exception_id": await self.first("/approval/v1/exceptions", "exception_id"),
            "pack_id": "511100-2022",
            "report_id": "funds",
            "line_type": "PRIVATE_LINE",
        }
        named = (unit.name, unit.id, unit.profile.head, unit.officer.person, project.name)
        secrets = (*named, str(identifiers["system_id"]), str(project.id))
        return Target(unit.id, identifiers, secrets)

    async def ask(
        self, operation: Operation, target: Target, body: str, unit: str | None = None
    ) -> httpx.Response:
        content = target.body(operation)
        return await self.city.http.request(
            operation.method,
            target.path(operation),
            params=target.query(operation),
            json=content,
            headers=self.city.headers(body, unit=unit),
        )


@pytest.fixture(scope="module")
async def advanced(
    city_databases: CityDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Advanced]:
    async with running_city(city_databases, tmp_path_factory.mktemp("advanced")) as city:
        stories = {title: STORIES[title] for title in TOLD}
        board = Board(Console(file=StringIO()))
        projects = await tell(Clients.at(city.http, "http://city"), stories, board)
        yield Advanced(city, projects)


def policy_of(advanced: Advanced) -> Policy:
    policy: Policy = advanced.city.runtime("registry").policy_to_read()
    return policy


def told(answer: httpx.Response, target: Target) -> set[str]:
    """What an answer says of its target that was not in the question."""
    asked = str(answer.request.url)
    content = answer.json() if answer.headers["content-type"].endswith("json") else answer.text
    text = json.dumps(content, ensure_ascii=False)
    return {secret for secret in target.secrets if secret in text and secret not in asked}


PROBLEM = {"type", "title", "status", "code", "detail", "instance"}


def turned_away(answer: httpx.Response, target: Target, *statuses: int) -> str | None:
    """What is wrong with an answer that must give nothing away; None where nothing is."""
    if answer.status_code not in statuses:
        return f"{answer.status_code}: {answer.text[:200]}"
    if more := set(answer.json()) - PROBLEM:
        return f"says more: {more}"
    return f"tells {leaked}" if (leaked := told(answer, target)) else None


async def test_whom_the_table_does_not_name_is_turned_away_from_every_operation(
    advanced: Advanced,
) -> None:
    policy, target = policy_of(advanced), await advanced.target(advanced.small)
    wrong, asked = {}, Counter[str]()
    for operation in OPERATIONS:
        named = policy.powers(operation.entry)
        for body in (*(b.code for b in policy.pack.bodies), "MAYOR"):
            if body in named:
                continue
            unit = target.unit if body == UNIT else None  # not even the project's own
            answer = await advanced.ask(operation, target, body, unit)
            asked[operation.service] += 1
            if fault := turned_away(answer, target, 403):
                wrong[f"{operation} by {body}"] = fault
    assert wrong == {}
    assert all(asked[service] > 50 for service in LOGS)


async def test_without_a_token_nothing_is_told(advanced: Advanced) -> None:
    target = await advanced.target(advanced.small)
    wrong = {}
    for operation in OPERATIONS:
        answer = await advanced.city.http.request(
            operation.method,
            target.path(operation),
            params=target.query(operation),
            json=target.body(operation),
            headers={"Idempotency-Key": "one", "If-Match": "*"},
        )
        if fault := turned_away(answer, target, 401):
            wrong[str(operation)] = fault
    assert wrong == {}


async def test_a_foreign_unit_sees_nothing_and_changes_nothing(advanced: Advanced) -> None:
    """Lists and what is the whole city's are answered; nothing in them is the other unit's."""
    policy, target = policy_of(advanced), await advanced.target(advanced.small)
    wrong = {}
    for operation in OPERATIONS:
        power = policy.powers(operation.entry).get(UNIT)
        if power is None or operation.name == "put_attachment":  # what is put is nobody else's
            continue
        answer = await advanced.ask(operation, target, UNIT, advanced.stranger)
        lists = operation.path.partition("/v1/")[2].count("/") == 0
        if operation.command is None and (lists or not power.own):
            statuses = {200, 403} if "eligibilit" in operation.name else {200, 404}
            fault = None if answer.status_code in statuses else answer.text[:200]
            leaked = told(answer, target)
            fault = fault or (f"tells {leaked}" if leaked else None)
        else:
            fault = turned_away(answer, target, 403, 404)
        if fault:
            wrong[str(operation)] = fault
    assert wrong == {}


async def test_a_foreign_unit_does_not_learn_whether_there_is_such_a_project(
    advanced: Advanced,
) -> None:
    policy, target = policy_of(advanced), await advanced.target(advanced.small)
    known = {"pack_id", "report_id", "line_type", "digest"}
    nothing = replace(
        target,
        unit=new_unit_id(),
        identifiers={k: v for k, v in target.identifiers.items() if k in known}
        | {"unit_id": new_unit_id()},
    )
    apart = {}
    for operation in OPERATIONS:
        if UNIT not in policy.powers(operation.entry) or operation.name in {
            "read_feed",
            "put_attachment",
        }:
            continue
        answers = [
            await advanced.ask(operation, each, UNIT, advanced.stranger)
            for each in (target, nothing)
        ]
        said = [_said(a, t) for a, t in zip(answers, (target, nothing), strict=True)]
        if said[0] != said[1]:
            apart[str(operation)] = said
    assert apart == {}


def _said(answer: httpx.Response, target: Target) -> tuple[int, str]:
    """Status and text, with the ids that were asked for made the same."""
    text = answer.text
    for value in sorted(map(str, (*target.identifiers.values(), target.unit)), key=len):
        text = text.replace(value, "…")
    return answer.status_code, text.replace(str(NOWHERE), "…")


async def test_a_unit_that_builds_along_sees_the_joint_project_and_acts_only_as_one(
    advanced: Advanced,
) -> None:
    policy, target = policy_of(advanced), await advanced.target(advanced.joint)
    state = await advanced.clients.read(AUD, advanced.joint.registration)
    along = state["declaration"]["participants"][0]["unit_id"]
    wrong = {}
    for operation in COMMANDS:
        power = policy.powers(operation.entry).get(UNIT)
        if power is None or power.party is not Party.OWNER:
            continue
        answer = await advanced.ask(operation, target, UNIT, along)
        if answer.status_code != 403:
            wrong[str(operation)] = answer.text[:200]
    assert wrong == {}
    for service in ("registry", "approval", "acceptance"):
        for path in ("", "/next-actions"):
            where = f"/{service}/v1/projects/{advanced.joint.id}{path}"
            seen = await advanced.city.get(where, by=UNIT, unit=along)
            assert seen.status_code == 200, seen.text
            hidden = await advanced.city.get(where, by=UNIT, unit=advanced.stranger)
            assert hidden.status_code == 404


async def test_a_unit_reads_the_history_of_its_own_project_and_nobody_elses_name_in_it(
    advanced: Advanced,
) -> None:
    city, small, joint = advanced.city, advanced.small, advanced.joint
    path = f"/audit/v1/projects/{small.id}/history"
    whole = (await city.get(path, by="AUD")).json()
    own = await city.get(path, by=UNIT, unit=small.unit.id)
    assert own.status_code == 200, own.text
    left_out = {e["type"] for e in whole["entries"]} - {e["type"] for e in own.json()["entries"]}
    assert left_out == {"AnnualListSubmitted"}
    assert str(joint.id) not in own.text
    dossiers = [{**each["state"], "events": None} for each in (own.json(), whole)]
    assert dossiers[0] == dossiers[1]
    for stranger in (joint.unit.id, advanced.stranger):
        assert (await city.get(path, by=UNIT, unit=stranger)).status_code == 404


# -- what nobody may send -----------------------------------------------------------------------


def computed() -> set[str]:
    """Every field that the product fills in by itself, of receipts, decisions and events."""
    of_events = {name for event in EVENTS.values() for name in event.model_fields}
    records = (Receipt, Decision, Meta, Actor)
    return of_events | {name for record in records for name in record.model_fields}


@pytest.mark.parametrize("operation", COMMANDS, ids=str)
async def test_what_is_computed_is_not_taken_from_the_caller(
    city: City, operation: Operation
) -> None:
    assert operation.command is not None
    sent = sorted(computed() - set(operation.command.model_fields))
    assert set(sent) >= {"self_review", "recorded_at", "position", "decision_id", "checks"} - set(
        operation.command.model_fields
    )
    target = Target(new_unit_id(), {"unit_id": new_unit_id()})
    answer = await city.http.request(
        operation.method,
        target.path(operation),
        json={**(target.body(operation) or {}), **dict.fromkeys(sent, "1")},
        headers=city.headers("DEB"),
    )
    assert answer.status_code == 422, answer.text
    named = {error["field"].rpartition(".")[2] for error in answer.json()["errors"]}
    assert set(sent) - named == set()


def test_no_part_of_a_commands_body_takes_what_it_does_not_know() -> None:
    lax, documents = set(), {service: create().openapi() for service, create in CREATORS.items()}
    for operation in COMMANDS:
        document = documents[operation.service]
        content = document["paths"][operation.path][operation.method]["requestBody"]["content"]
        waiting, seen = [content["application/json"]["schema"]], set()
        while waiting:
            for name, schema in _parts(waiting.pop(), document):
                if name in seen:
                    continue
                seen.add(name)
                waiting.append(schema)
                if (
                    schema.get("type") == "object"
                    and schema.get("additionalProperties") is not False
                ):
                    lax.add(name)
    assert lax == set()


def _parts(schema: Any, document: dict[str, Any]) -> list[tuple[str, Any]]:
    """The named schemas that one refers to."""
    found = []
    if isinstance(schema, dict):
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            found.append((name, document["components"]["schemas"][name]))
        for each in schema.values():
            found += _parts(each, document)
    elif isinstance(schema, list):
        for each in schema:
            found += _parts(each, document)
    return found

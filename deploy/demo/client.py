"""An integrator's view of the city: HTTP only, a token per actor, and every answer checked.

Nothing here reads a database or calls a service's code; the models are those of the published
contract.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.cast import signature
from shared.kernel.actor import Actor
from shared.kernel.dates import SHANGHAI, legal_date
from shared.kernel.model import Record
from shared.web.problems import Problem
from shared.web.receipts import Receipt
from shared.web.settings import SERVICES

ATTEMPTS = 5
"""How often a request is repeated, under the same key, while a service is busy or was moved."""

PATIENCE_SECONDS = 10.0
"""How long to wait for what follows a step in another service."""


class Surprise(Exception):
    """The city answered otherwise than the regulation says; the message tells what was expected."""


class City:
    """The five services of one instance, as their clients see them."""

    def __init__(self, http: httpx.AsyncClient, urls: Mapping[str, str]) -> None:
        """`urls`: where each service answers."""
        self._http, self._urls = http, urls
        self._tokens: dict[Actor, str] = {}

    @classmethod
    def at(cls, http: httpx.AsyncClient, base_url: str) -> "City":
        """Services mounted under their names on one address."""
        return cls(http, {name: f"{base_url.rstrip('/')}/{name}" for name in SERVICES})

    # -- time ------------------------------------------------------------------------------

    async def today(self) -> date:
        """The city's day; Surprise where its clock cannot be set."""
        answer = await self._http.get(f"{self._urls['registry']}/sandbox/clock")
        return self._clock(answer)

    async def advance_to(self, day: date) -> date:
        """Set the clock to nine in the morning of a day ahead."""
        morning = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
        answer = await self._http.put(
            f"{self._urls['registry']}/sandbox/clock", json={"to": morning.isoformat()}
        )
        return self._clock(answer)

    def _clock(self, answer: httpx.Response) -> date:
        if answer.status_code != httpx.codes.OK:
            raise Surprise(f"时钟不可设置（{answer.status_code}）：演示只在沙箱实例上进行")
        return legal_date(datetime.fromisoformat(answer.json()["now"]))

    # -- steps -----------------------------------------------------------------------------

    async def act(self, actor: Actor, path: str, command: Record) -> Receipt:
        """A step that must be taken; its receipt."""
        answer = await self.send(actor, path, command)
        if answer.status_code != httpx.codes.CREATED:
            raise _unlike(actor, path, "应当办理", answer)
        return Receipt.model_validate_json(answer.content)

    async def is_refused(
        self, actor: Actor, path: str, command: Record, *, rule: str, article: int
    ) -> Problem:
        """A step that the regulation refuses: 409 by this rule of this article."""
        answer = await self.send(actor, path, command)
        problem = _problem(answer)
        cited = {(broken.rule, broken.article) for broken in problem.rules} if problem else set()
        if problem is None or problem.code != "rule_broken" or (rule, str(article)) not in cited:
            raise _unlike(actor, path, f"应依第{article}条（{rule}）不予办理", answer)
        return problem

    async def is_turned_away(
        self,
        actor: Actor,
        path: str,
        command: Record,
        *,
        status: int,
        code: str,
        if_match: str | None = None,
    ) -> Problem:
        """A step that is not even considered: no authority, a stale version and the like."""
        answer = await self.send(actor, path, command, if_match=if_match)
        problem = _problem(answer)
        if problem is None or (answer.status_code, problem.code) != (status, code):
            raise Surprise(
                f"{signature(actor)} {path}：应当答复 {status} {code}，却答复 {_said(answer)}"
            )
        return problem

    async def send(
        self,
        actor: Actor,
        path: str,
        command: Record,
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> httpx.Response:
        """Post a command under a fresh key (or `key`), for the version just read (or `if_match`).

        A busy service, or facts that are still under way, are asked again under the same key.
        """
        key = key or str(uuid4())
        body = command.model_dump(mode="json", exclude_none=True)
        for attempt in range(ATTEMPTS):
            version = if_match or await self.version(actor, path)
            headers = {**await self._identity(actor), "Idempotency-Key": key}
            if version:
                headers["If-Match"] = version
            answer = await self._http.post(self._address(path), json=body, headers=headers)
            again = {httpx.codes.SERVICE_UNAVAILABLE}
            if if_match is None:
                again.add(httpx.codes.PRECONDITION_FAILED)  # somebody stepped in between
            if answer.status_code not in again:
                return answer
            await asyncio.sleep(0.1 * (attempt + 1))
        return answer

    # -- reads -----------------------------------------------------------------------------

    async def version(self, actor: Actor, path: str) -> str | None:
        """ETag of the object that a command's path names; None where there is none yet."""
        service, _, kind, *rest = path.strip("/").split("/")
        if len(rest) < 2:  # a collection: the command makes a new object
            return None
        answer = await self.get(actor, f"/{service}/v1/{kind}/{rest[0]}")
        return answer.headers.get("ETag") if answer.status_code == httpx.codes.OK else None

    async def get(self, actor: Actor, path: str) -> httpx.Response:
        """Any read, as an actor; for what may be absent."""
        return await self._http.get(self._address(path), headers=await self._identity(actor))

    async def read(self, actor: Actor, path: str) -> dict[str, Any]:
        """A read that must succeed."""
        answer = await self.get(actor, path)
        if answer.status_code != httpx.codes.OK:
            raise _unlike(actor, path, "应当可以查阅", answer)
        content: dict[str, Any] = answer.json()
        return content

    async def wait_for(
        self, actor: Actor, path: str, reached: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        """What another service makes of a step, once it reads as `reached` says; or Surprise."""
        answer = await self.get(actor, path)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if answer.status_code == httpx.codes.OK:
                found: dict[str, Any] = answer.json()
                if reached(found):
                    return found
            await asyncio.sleep(0.02)
            answer = await self.get(actor, path)
        raise Surprise(f"{path}：{PATIENCE_SECONDS:.0f}秒内未见前一步的结果：{_said(answer)}")

    def _address(self, path: str) -> str:
        service, _, rest = path.strip("/").partition("/")
        return f"{self._urls[service]}/{rest}"

    async def _identity(self, actor: Actor) -> dict[str, str]:
        if actor not in self._tokens:
            body = actor.model_dump(mode="json", exclude_none=True)
            url = f"{self._urls['registry']}/development/tokens"
            answer = await self._http.post(url, json=body)
            if answer.status_code != httpx.codes.CREATED:
                raise Surprise(f"没有得到{signature(actor)}的令牌：{_said(answer)}")
            self._tokens[actor] = answer.json()["token"]
        return {"Authorization": f"Bearer {self._tokens[actor]}"}


def _problem(answer: httpx.Response) -> Problem | None:
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return None
    return Problem.model_validate_json(answer.content)


def _unlike(actor: Actor, path: str, expected: str, answer: httpx.Response) -> Surprise:
    return Surprise(f"{signature(actor)} {path}：{expected}，却答复 {_said(answer)}")


def _said(answer: httpx.Response) -> str:
    problem = _problem(answer)
    if problem is None:
        return f"{answer.status_code} {answer.text[:300]}"
    rules = "、".join(f"第{r.article}条{r.rule}" for r in problem.rules)
    return f"{problem.status} {problem.code}：{problem.detail}" + (f"（{rules}）" if rules else "")

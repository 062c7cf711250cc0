"""另策重演: which past decisions would come out otherwise under other values of the policy."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from shared.events import ProjectEvent
from shared.events.stakes import stake
from shared.events.vocabulary import LegalDate
from shared.kernel.model import Record
from shared.kernel.money import ZERO, Money, total
from shared.kernel.text import Line
from shared.regulation.pack import PackError
from shared.web.actors import CurrentActor
from shared.web.problems import BrokenRule, invalid, problems
from shared.web.redecision import Redecided, redecided
from shared.web.routes import StrictRoute
from shared.web.runtime import Runtime

router = APIRouter(route_class=StrictRoute, tags=["另策重演"])


class Override(Record):
    """参数改值: one value of the policy, as it should have been all along."""

    key: Annotated[Line, Field(title="参数", examples=["art29_max_percent"])]
    value: Annotated[Line, Field(title="改为（数、金额，或 true/false）", examples=["10"])]


class Supposition(Record):
    """重演条件: other values, and which of the decisions to look at."""

    overrides: Annotated[tuple[Override, ...], Field(title="改动的参数", max_length=50)] = ()
    since: Annotated[LegalDate | None, Field(title="自该法定日期起作出的决定")] = None
    until: Annotated[LegalDate | None, Field(title="至该法定日期（含）作出的决定")] = None


class Difference(Record):
    """不同的决定: one past decision that would have come out otherwise."""

    command: str
    label: Annotated[str, Field(title="办理事项")]
    service: str
    stream: str
    position: int
    event_id: UUID
    project_id: Annotated[UUID | None, Field(title="项目")] = None
    unit_id: Annotated[str | None, Field(title="项目单位")] = None
    on: Annotated[date, Field(title="法定日期")]
    policy: Annotated[str, Field(title="当时的政策")]
    was_accepted: Annotated[bool, Field(title="当时是否受理")]
    would_be_accepted: Annotated[bool, Field(title="改动后是否受理")]
    rules: Annotated[tuple[BrokenRule, ...], Field(title="改动后不满足的规则")] = ()
    amount: Annotated[Money | None, Field(title="所涉金额（元）")] = None


class Simulation(Record):
    """重演结果: every decision that would differ, and the sums of money involved."""

    policy: Annotated[str, Field(title="所改动的政策")]
    position: Annotated[int, Field(title="重演到的日志位置")]
    decisions: Annotated[int, Field(title="重演的决定数")]
    different: tuple[Difference, ...]
    refused_instead: Annotated[int, Field(title="改为不予受理的件数")]
    refused_amount: Annotated[Money, Field(title="改为不予受理的金额（元）")]
    accepted_instead: Annotated[int, Field(title="改为受理的件数")]
    accepted_amount: Annotated[Money, Field(title="改为受理的金额（元）")]


@router.post("/simulations", responses=problems(400, 413, 415))
async def simulate_policy(
    request: Request, actor: CurrentActor, supposition: Supposition
) -> Simulation:
    """另策重演：以改动后的参数重作本服务全部已记录的决定，列出会有不同的；不作任何记录。"""
    runtime: Runtime = request.app.state.runtime
    policy = runtime.policy_to_read()
    try:
        policies = runtime.policies.overridden({o.key: o.value for o in supposition.overrides})
    except PackError as error:
        raise invalid("overrides", str(error)) from None
    decisions, position, different = 0, 0, []
    async for made in redecided(runtime, policies):
        position = made.recorded.ref.position
        if not _asked_for(made, supposition):
            continue
        decisions += 1
        if made.differs:
            different.append(_difference(made))
    refused = [d for d in different if d.was_accepted and not d.would_be_accepted]
    accepted = [d for d in different if d.would_be_accepted and not d.was_accepted]
    return Simulation(
        policy=policy.reference,
        position=position,
        decisions=decisions,
        different=tuple(different),
        refused_instead=len(refused),
        refused_amount=total(d.amount or ZERO for d in refused),
        accepted_instead=len(accepted),
        accepted_amount=total(d.amount or ZERO for d in accepted),
    )


def _asked_for(made: Redecided, supposition: Supposition) -> bool:
    on = made.was.decided_on
    since, until = supposition.since, supposition.until
    return (since is None or since <= on) and (until is None or on <= until)


def _difference(made: Redecided) -> Difference:
    ref = made.recorded.ref
    event = made.recorded.event if made.was.accepted else next(iter(made.events), None)
    project = event if isinstance(event, ProjectEvent) else None
    return Difference(
        command=made.command.operation,
        label=made.command.label,
        service=ref.service,
        stream=ref.stream,
        position=ref.position,
        event_id=ref.event_id,
        project_id=project.project_id if project else None,
        unit_id=project.unit_id if project else None,
        on=made.was.decided_on,
        policy=made.was.policy,
        was_accepted=made.was.accepted,
        would_be_accepted=made.accepted,
        rules=tuple(BrokenRule.of(check) for check in made.broken),
        amount=stake(event) if event else None,
    )

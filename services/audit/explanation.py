"""决定说明: why an event is on record: rules, arithmetic, basis, policy, and by what power."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.audit.entries import Entry, Mention
from shared.kernel.dates import legal_date
from shared.kernel.model import Record
from shared.regulation.authority import Power
from shared.regulation.pack import Library, PackError, Policy
from shared.regulation.rule import Check
from shared.web.rechecks import FullRecheck


class PowerUsed(Record):
    """所用权限: the entry of the authority table by which the actor acted on the day."""

    operation: str
    body: str
    body_name: Annotated[str, Field(title="部门名称")]
    article: Annotated[str, Field(title="条号")]
    roles: Annotated[tuple[str, ...], Field(title="限于的角色；空为不限")]
    own: Annotated[bool, Field(title="项目单位只能办理本单位的")]
    since: Annotated[date | None, Field(title="自")]
    until: Annotated[date | None, Field(title="至（不含）")]

    @classmethod
    def of(cls, operation: str, body: str, power: Power, policy: Policy) -> Self:
        return cls(
            operation=operation,
            body=body,
            body_name=policy.body_name(body),
            article=power.article,
            roles=power.roles,
            own=power.own,
            since=power.since,
            until=power.until,
        )


class PolicyUsed(Record):
    """所依据的政策包."""

    reference: Annotated[str, Field(title="政策包及版本")]
    title: Annotated[str, Field(title="名称")]
    valid_from: Annotated[date, Field(title="自")]
    valid_until: Annotated[date, Field(title="至（不含）")]

    @classmethod
    def of(cls, reference: str, policy: Policy) -> Self:
        pack = policy.pack
        return cls(
            reference=reference,
            title=pack.title,
            valid_from=pack.valid_from,
            valid_until=pack.valid_until,
        )


class Explanation(Record):
    """决定说明."""

    entry: Annotated[Entry, Field(title="所问的事件")]
    decided_with: Annotated[
        tuple[Mention, ...], Field(title="同一决定记录的其他事件；决定记录在第一个事件上")
    ]
    checks: Annotated[tuple[Check, ...], Field(title="核对的规则，及其文字和算式")]
    basis: Annotated[tuple[Mention, ...], Field(title="所依据的事件")]
    basis_missing: Annotated[tuple[UUID, ...], Field(title="已引用而审计服务尚无的事件")]
    policy: Annotated[PolicyUsed | None, Field(title="政策包；本实例未安装的为空")]
    power: Annotated[PowerUsed | None, Field(title="所用权限；表中没有的为空")]
    recheck: Annotated[FullRecheck | None, Field(title="复核；没有决定记录的为空")]


def policy_of(policies: Library, reference: str, on: date) -> Policy | None:
    """The policy that a decision cites; None where its pack is not installed."""
    try:
        return policies.cited(reference, on)
    except PackError:
        return None


def power_of(entry: Entry, policy: Policy | None) -> PowerUsed | None:
    """By which entry of the table the actor of an event acted."""
    if policy is None:
        return None
    day = legal_date(entry.recorded_at)
    power = policy.pack.powers.on(day).get(entry.command, {}).get(entry.actor.body)
    return PowerUsed.of(entry.command, entry.actor.body, power, policy) if power else None

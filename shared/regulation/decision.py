"""决定: what a pure decision is given, and the record it leaves behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Protocol
from uuid import UUID

from shared.kernel.actor import Actor, EventRef
from shared.kernel.dates import legal_date
from shared.kernel.model import Record
from shared.regulation.exemption import Exemption
from shared.regulation.pack import Library, Policy
from shared.regulation.rule import Check


class Decision(Record):
    """决定记录: which command, under which policy, each rule checked, and the facts it rests on."""

    decision_id: UUID
    command: str
    accepted: bool
    policy: str
    """Policy pack and version, `511100-2022@1`."""
    decided_on: date
    """Legal date of the act."""
    checks: tuple[Check, ...]
    basis: tuple[EventRef, ...]

    @cached_property
    def json_bytes(self) -> bytes:
        """As it is recorded and told: compact JSON in UTF-8 without what is at its default."""
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True)


class RuleBroken(Exception):
    """A command is refused under the regulation; carries every rule it broke."""

    def __init__(self, checks: list[Check]) -> None:
        super().__init__("；".join(c.text for c in checks))
        self.checks = checks


class InvalidField(ValueError):
    """A value that only the decision could see to be malformed; names the field."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name


class Where(Protocol):
    """An act on paper: it may carry the legal date it bears."""

    @property
    def on(self) -> date | None: ...


@dataclass
class Context:
    """Time, actor, policy and ids for one decision; nothing in a decision reads a clock.

    The checks it gathers become the decision record.
    """

    now: datetime
    actor: Actor
    policies: Library
    new_id: Callable[[], UUID]
    command: str = ""
    subject: str = ""
    """Id of the object the command is for; of the new one where it makes one."""
    checks: list[Check] = field(default_factory=list)

    @property
    def subject_id(self) -> UUID:
        return UUID(self.subject)

    @cached_property
    def today(self) -> date:
        """Today in Asia/Shanghai."""
        return legal_date(self.now)

    @cached_property
    def policy(self) -> Policy:
        """The policy in force today (第五十七条); NoPolicyInForce otherwise."""
        return self.policies.in_force(self.today)

    def date_of(self, act: Where, *, since: date | None = None) -> date:
        """The legal date an act bears, today where it names none.

        Never in the future, before the policy in force, or before `since`, the date of what the
        act presupposes; InvalidField otherwise.
        """
        if act.on is None:
            return self.today
        if act.on > self.today:
            raise InvalidField("on", f"文书日期 {act.on} 晚于今天 {self.today}")
        earliest = max(since or self.policy.pack.valid_from, self.policy.pack.valid_from)
        if act.on < earliest:
            raise InvalidField("on", f"文书日期 {act.on} 早于 {earliest}，不应早于其所依据的事项")
        return act.on

    def require(
        self, *checks: Check, exemptions: Sequence[Exemption] = (), firm: Sequence[Check] = ()
    ) -> None:
        """Record the checks; RuleBroken with all that neither hold nor are lifted.

        An exemption lifts what the regulation lets it lift, and the record says which one did;
        never what is `firm`: what is on record already, and sums.
        """
        lifted = [self._lifted(c, exemptions) for c in checks] if exemptions else checks
        judged = (*firm, *lifted)
        self.checks.extend(judged)
        failed = [c for c in judged if not c.stands]
        if failed:
            raise RuleBroken(failed)

    def _lifted(self, check: Check, exemptions: Sequence[Exemption]) -> Check:
        if check.holds:
            return check
        lifting = next((e for e in exemptions if e.lifts(check, self.today)), None)
        if lifting is None:
            return check
        return replace(
            check,
            text=f"{check.text}；经例外批准（{lifting.number}）",
            remedy="",
            exempted_by=lifting.ref,
            basis=(*check.basis, lifting.ref),
        )

    def decision(self, *, accepted: bool, on: date) -> Decision:
        """The record of what was checked so far."""
        basis = {ref.event_id: ref for check in self.checks for ref in check.basis}
        return Decision(
            decision_id=self.new_id(),
            command=self.command,
            accepted=accepted,
            policy=self.policy.reference,
            decided_on=on,
            checks=tuple(self.checks),
            basis=tuple(basis.values()),
        )

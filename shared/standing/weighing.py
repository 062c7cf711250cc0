"""参考情况: what a decision on money takes note of, and is never refused by (第二十、四十六条).

They are checks of the decision's record, with the events they rest on, but no rules: nothing of
them can be broken.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.events.envelope import Recorded
from shared.kernel.actor import EventRef
from shared.regulation.rule import Check, Mode
from shared.standing.project import ProjectStanding

EVALUATIONS = frozenset({"SelfEvaluationSubmitted", "PostEvaluationRecorded"})
"""Events of acceptance that tell on next year's money (第四十六条)."""


@dataclass(frozen=True)
class Evaluated:
    """评价结果 of a project: what kind, of which day."""

    label: str
    on: date
    ref: EventRef


class WithEvaluations(Protocol):
    """A project as far as it was evaluated."""

    @property
    def evaluations(self) -> tuple[Evaluated, ...]: ...


def evaluated_after(
    evaluations: tuple[Evaluated, ...], recorded: Recorded
) -> tuple[Evaluated, ...]:
    """The evaluations of a project after one more event about it."""
    event = recorded.event
    if event.type not in EVALUATIONS:
        return evaluations
    return (*evaluations, Evaluated(event.label, event.on, recorded.ref))


def sharing_and_security_are_weighed(project: ProjectStanding) -> Check:
    """共享和安全情况（第二十、三十三条）: findings that stand."""
    findings = (*project.sharing, *project.security)
    listed = "；".join(f"{f.on}{f.label}" for f in findings)
    return _weighed(
        "sharing_and_security_are_weighed",
        row="20-2",
        says="共享和安全情况是安排经费的依据",
        text=f"现存认定：{listed or '无'}",
        basis=tuple(f.ref for f in findings),
    )


def evaluations_are_weighed(project: WithEvaluations) -> Check:
    """评价结果（第四十六条）: all that were recorded of the project."""
    listed = "；".join(f"{e.on}{e.label}" for e in project.evaluations)
    return _weighed(
        "evaluations_are_weighed",
        row="46-4",
        says="评价结果是安排下一年度经费的依据",
        text=f"已有评价：{listed or '无'}",
        basis=tuple(e.ref for e in project.evaluations),
    )


def _weighed(name: str, *, row: str, says: str, text: str, basis: tuple[EventRef, ...]) -> Check:
    return Check(
        rule=name,
        article=row.partition("-")[0],
        row=row,
        mode=Mode.ADVICE,
        says=says,
        holds=True,
        text=text,
        basis=basis,
    )

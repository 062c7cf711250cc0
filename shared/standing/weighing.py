"""Rules of mode ADVICE: what a decision on money takes note of, and is never refused by.

They weigh on what is included (第二十、三十三、四十六条); who decides reads them in the record.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.events.acceptance import Grade, PostEvaluationRecorded, SelfEvaluationSubmitted
from shared.events.envelope import Recorded
from shared.kernel.actor import EventRef
from shared.regulation.rule import Verdict, article, holds
from shared.standing.project import ProjectStanding

EVALUATIONS = frozenset({"SelfEvaluationSubmitted", "PostEvaluationRecorded"})
"""Events of acceptance that tell on next year's money (第四十六条)."""


@dataclass(frozen=True)
class Evaluated:
    """评价结果 of a project: which evaluation, of which day, with which grade."""

    label: str
    on: date
    grade: Grade
    ref: EventRef


class WithEvaluations(Protocol):
    """A project as far as it was evaluated."""

    @property
    def evaluations(self) -> tuple[Evaluated, ...]: ...


def evaluated_after(
    evaluations: tuple[Evaluated, ...], recorded: Recorded
) -> tuple[Evaluated, ...]:
    """The evaluations of a project after one more event about it; of each kind the newest."""
    match recorded.event:
        case SelfEvaluationSubmitted() | PostEvaluationRecorded() as event:
            found = Evaluated(event.label, event.on, event.evaluation.grade, recorded.ref)
            return (*(e for e in evaluations if e.label != event.label), found)
        case _:
            return evaluations


@article(
    20,
    row="20-2",
    says="共享和安全没有现存问题（供安排经费参考）",
    remedy="完成整改，由认定的部门销号或撤销",
    mode="ADVICE",
)
def sharing_and_security_are_in_order(project: ProjectStanding) -> Verdict:
    findings = (*project.sharing, *project.security)
    listed = "；".join(f"{f.on}{f.label}" for f in findings)
    return holds(
        not findings, f"共享和安全的认定：{listed or '无'}", basis=[f.ref for f in findings]
    )


@article(
    46,
    row="46-4",
    says="评价结果不为差（供安排下一年度经费参考）",
    remedy="按评价意见改进",
    mode="ADVICE",
)
def evaluations_are_not_poor(project: WithEvaluations) -> Verdict:
    evaluations = project.evaluations
    listed = "；".join(f"{e.on}{e.label}{e.grade.label}" for e in evaluations)
    return holds(
        all(e.grade is not Grade.POOR for e in evaluations),
        f"评价结果：{listed or '无'}",
        basis=[e.ref for e in evaluations],
    )

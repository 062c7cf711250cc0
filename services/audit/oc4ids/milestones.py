"""节点: what a project had to reach by when, and when it did."""

from collections.abc import Iterator
from datetime import date

from services.audit.ledger import ProjectFile
from services.audit.oc4ids.parts import Part, day, without_gaps
from shared.events.acceptance import (
    AcceptanceApplied,
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceReviewed,
    AcceptanceScheduled,
    CompletionReported,
    ExtensionGranted,
    TrialRunStarted,
)
from shared.events.approval import ChangeApproved, ReplyIssued
from shared.events.registry import ProjectListed


def milestones(file: ProjectFile) -> Iterator[Part]:
    """The steps of the regulation that bear a day, in the order of a project's life."""
    if listed := file.last(ProjectListed):
        yield _met("list", "列入年度清单", "approval", listed.on, code="projectApproval")
    for number, reply in enumerate(file.all(ReplyIssued), 1):
        title = f"{reply.round.label}批复"
        yield _met(f"reply-{number}", title, "approval", reply.on, code="projectApproval")
    due, done = _planned_end(file), file.last(CompletionReported)
    if due or done:
        yield _due("completion", "完成建设内容", due, done.on if done else None, "completion")
    if trial := file.last(TrialRunStarted):
        yield _met("trial-run", "试运行开始", "delivery", trial.on, code="commissioning")
    due, applied = _acceptance_due(file), file.last(AcceptanceApplied)
    if due or applied:
        yield _due("acceptance-application", "申请验收", due, applied.on if applied else None)
    yield from _conclusions(file)


def _planned_end(file: ProjectFile) -> date | None:
    changed = file.last(ChangeApproved)
    final = [reply for reply in file.all(ReplyIssued) if reply.final]
    return changed.planned_end if changed else final[-1].planned_end if final else None


def _acceptance_due(file: ProjectFile) -> date | None:
    due: date | None = None
    for recorded in file.recorded(AcceptanceScheduled, ExtensionGranted):
        if isinstance(recorded.event, AcceptanceScheduled | ExtensionGranted):
            due = recorded.event.due_on
    return due


def _conclusions(file: ProjectFile) -> Iterator[Part]:
    told = [(e.on, e.acceptance.conclusion) for e in file.all(AcceptanceConcluded)]
    told += [(e.on, e.review.conclusion) for e in file.all(AcceptanceReviewed)]
    for number, (on, conclusion) in enumerate(sorted(told), 1):
        passed = conclusion is AcceptanceConclusion.PASSED
        yield without_gaps(
            id=f"acceptance-{number}",
            title="竣工验收",
            type="assessment",
            description=conclusion.label,
            dateMet=day(on) if passed else None,
            dateModified=day(on),
            status="met" if passed else "notMet",
        )


def _met(milestone_id: str, title: str, kind: str, on: date, *, code: str) -> Part:
    return {
        "id": milestone_id,
        "title": title,
        "type": kind,
        "code": code,
        "dateMet": day(on),
        "status": "met",
    }


def _due(
    milestone_id: str, title: str, due: date | None, done: date | None, code: str | None = None
) -> Part:
    return without_gaps(
        id=milestone_id,
        title=title,
        type="delivery",
        code=code,
        dueDate=day(due),
        dateMet=day(done),
        status="met" if done else "scheduled",
    )

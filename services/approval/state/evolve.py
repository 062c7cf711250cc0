"""How each event moves a project's approval."""

from dataclasses import replace
from typing import Any

from services.approval.state.project import (
    Baseline,
    Concurred,
    Evaluated,
    Examination,
    Filing,
    PendingChange,
    Project,
    SentLetter,
    SignedOff,
    Stage,
    StandingOpinion,
    Termination,
)
from shared.events import ProjectEvent, Recorded
from shared.events.approval import (
    ChangeApplied,
    ChangeApproved,
    ChangeConcurred,
    ChangeFiled,
    ChangeRefused,
    ConcurrenceGiven,
    ConstructionResumed,
    ConstructionSuspended,
    DivisionOfWorkRecorded,
    DocumentSubmitted,
    EvaluationRecorded,
    ExceptionAttached,
    FilingDisputed,
    LeadingGroupApproved,
    MunicipalConsentGiven,
    OpinionCarriedForward,
    OpinionGiven,
    OpinionRequested,
    ParticipantSignedOff,
    ProjectTerminated,
    ReplyCopied,
    ReplyIssued,
    ReplyRefused,
    SubmissionReturned,
    TerminationRefused,
    TerminationRequested,
    TerminationSubmitted,
    TroubleReported,
)
from shared.kernel.actor import EventRef
from shared.kernel.model import present
from shared.kernel.money import ZERO


def evolve_project(project: Project, recorded: Recorded) -> Project:
    """The project after one more event of its stream."""
    for fold in (_examined, _decided, _changed, _interrupted):
        after = fold(project, recorded)
        if after is not project:
            return after
    return project


def _examined(project: Project, recorded: Recorded) -> Project:
    ref, after = recorded.ref, project
    match recorded.event:
        case DocumentSubmitted() as event:
            after = _submitted(project, event, recorded)
        case ParticipantSignedOff(participant_id=participant, sign_off=sign_off):
            after = _with_sign_off(project, SignedOff(participant, sign_off.digest, ref))
        case OpinionRequested(letter=letter, on=on):
            letters = present(project.examination).letters
            after = _with(project, letters=(*letters, SentLetter(letter, on, ref)))
        case OpinionGiven(body=body, opinion=opinion):
            after = _with_opinion(project, StandingOpinion(body, opinion, opinion.digest, ref))
        case OpinionCarriedForward(body=body, carry=carry):
            earlier = present(present(project.examination).opinion_of(body, carry.kind))
            after = _with_opinion(project, replace(earlier, digest=carry.digest, ref=ref))
        case EvaluationRecorded(evaluation=evaluation):
            after = _with(project, evaluated=Evaluated(evaluation, ref), concurred=None)
        case MunicipalConsentGiven():
            after = _with(project, consent=ref)
        case ConcurrenceGiven(concurrence=concurrence):
            after = _with(
                project, concurred=Concurred(concurrence.digest, recorded.actor.person, ref)
            )
    return after


def _decided(project: Project, recorded: Recorded) -> Project:
    ref, after = recorded.ref, project
    match recorded.event:
        case LeadingGroupApproved() as event:
            after = replace(_named(project, event), unshared_approved=ref)
        case ReplyIssued() as event:
            after = _replied(project, event, ref)
        case ReplyRefused():
            after = replace(project, examination=None, stage=Stage.REFUSED)
        case SubmissionReturned():
            after = replace(_with(project, returned=ref), stage=Stage.RETURNED)
        case ReplyCopied(receipt=receipt):
            after = _copied(project, receipt.number)
        case ExceptionAttached(exception_id=exception_id) as event:
            after = _named(project, event)
            after = replace(after, exceptions=(*project.exceptions, exception_id))
    return after


def _named(project: Project, event: ProjectEvent) -> Project:
    """What may come before any document tells whose project it is."""
    return replace(project, project_id=event.project_id, unit_id=event.unit_id)


def _changed(project: Project, recorded: Recorded) -> Project:
    ref, after = recorded.ref, project
    match recorded.event:
        case ChangeFiled() as event:
            baseline = _moved_on(present(project.baseline), event, recorded)
            after = replace(project, baseline=baseline)
        case FilingDisputed() as event:
            after = replace(
                project, baseline=_moved_back(present(project.baseline), event), application_due=ref
            )
        case ChangeApplied(change_id=change_id, change=change, total=total, on=on):
            person = recorded.actor.person
            pending = PendingChange(change_id, change, total, on, person, ref)
            after = replace(
                project, pending_change=pending, application_due=None, stage=Stage.CHANGE_PENDING
            )
        case ChangeConcurred(ruling=ruling):
            pending = replace(
                present(project.pending_change),
                concurrence=ruling,
                concurred_by=recorded.actor.person,
            )
            after = replace(project, pending_change=pending)
        case ChangeApproved() as event:
            after = _rebased(project, event, ref)
        case ChangeRefused():
            after = replace(project, pending_change=None, stage=Stage.APPROVED)
    return after


def _interrupted(project: Project, recorded: Recorded) -> Project:
    ref, after = recorded.ref, project
    match recorded.event:
        case DivisionOfWorkRecorded():
            after = replace(project, division=ref)
        case TroubleReported():
            person = recorded.actor.person
            after = replace(project, trouble=ref, trouble_reported_by=person)
        case ConstructionSuspended():
            after = replace(project, suspended=ref)
        case ConstructionResumed():
            after = replace(project, suspended=None)
        case TerminationRequested(request=request, on=on):
            asked = Termination(request, on, recorded.actor.person, ref)
            after = replace(project, termination=asked)
        case TerminationSubmitted(on=on):
            reported = replace(
                present(project.termination),
                reported_on=on,
                reported_by=recorded.actor.person,
                reported=ref,
            )
            after = replace(project, termination=reported)
        case ProjectTerminated():
            # What was still applied for goes with the project.
            after = replace(
                project,
                termination=None,
                terminated=ref,
                pending_change=None,
                application_due=None,
                stage=Stage.TERMINATED,
            )
        case TerminationRefused():
            after = replace(project, termination=None)
    return after


def _moved_on(baseline: Baseline, filed: ChangeFiled, recorded: Recorded) -> Baseline:
    filing = Filing(
        change_id=filed.change_id,
        moved=filed.moved,
        filed_on=filed.on,
        filed_by=recorded.actor.person,
        items_before=baseline.items,
        planned_end_before=baseline.planned_end,
        ref=recorded.ref,
    )
    return replace(
        baseline,
        items=filed.change.items,
        filings=(*baseline.filings, filing),
        moved_so_far=filed.moved_so_far,
        planned_end=filed.change.planned_end or baseline.planned_end,
    )


def _moved_back(baseline: Baseline, disputed: FilingDisputed) -> Baseline:
    *kept, filing = baseline.filings
    return replace(
        baseline,
        items=filing.items_before,
        filings=tuple(kept),
        moved_so_far=baseline.moved_so_far - disputed.returned,
        planned_end=filing.planned_end_before,
    )


def _with_sign_off(project: Project, signed: SignedOff) -> Project:
    earlier = present(project.examination).sign_offs
    others = (s for s in earlier if s.participant_id != signed.participant_id)
    return _with(project, sign_offs=(*others, signed))


def _with(project: Project, **changes: Any) -> Project:
    return replace(project, examination=replace(present(project.examination), **changes))


def _with_opinion(project: Project, standing: StandingOpinion) -> Project:
    key = (standing.body, standing.opinion.kind)
    opinions = present(project.examination).opinions
    others = (o for o in opinions if (o.body, o.opinion.kind) != key)
    letters = tuple(
        replace(sent, answered=standing.ref) if sent.letter.body == standing.body else sent
        for sent in present(project.examination).letters
    )
    # Who concurs, concurs in what the opinions say; a later one asks for it again.
    return _with(project, opinions=(*others, standing), letters=letters, concurred=None)


def _submitted(project: Project, event: DocumentSubmitted, recorded: Recorded) -> Project:
    fresh = Examination(
        submission=event.submission,
        digest=event.digest,
        submitted_on=event.on,
        submitted_by=frozenset({recorded.actor.person}),
        ref=recorded.ref,
    )
    earlier = project.examination
    if earlier and earlier.submission.round is event.submission.round:
        # Letters count for the round; opinions, sign-offs, evaluation and concurrence name the
        # digest they bind to. A consent names none, so it falls with the earlier submission.
        fresh = replace(
            fresh,
            submitted_by=earlier.submitted_by | fresh.submitted_by,
            letters=earlier.letters,
            opinions=earlier.opinions,
            sign_offs=earlier.sign_offs,
            evaluated=earlier.evaluated,
            concurred=earlier.concurred,
        )
    return replace(
        project,
        project_id=event.project_id,
        unit_id=event.unit_id,
        participants=event.participants,
        stage=Stage.EXAMINATION,
        examination=fresh,
    )


def _replied(project: Project, event: ReplyIssued, ref: EventRef) -> Project:
    baseline = Baseline(
        round=event.round,
        delivery_mode=event.delivery_mode,
        number=event.reply.document.number or "",
        replied_on=event.on,
        total=event.total,
        items=event.items,
        goals=event.goals,
        content=event.content,
        planned_start=event.planned_start,
        planned_end=event.planned_end,
        open_conditions=event.open_conditions,
        policy=event.policy,
        since=event.on,
        ref=ref,
    )
    closed = replace(project, project_id=event.project_id, unit_id=event.unit_id, examination=None)
    if event.final:
        return replace(closed, baseline=baseline, stage=Stage.APPROVED)
    return replace(closed, feasibility=baseline, stage=Stage.FEASIBILITY_APPROVED)


def _copied(project: Project, number: str) -> Project:
    def acknowledged(reply: Baseline | None) -> Baseline | None:
        return replace(reply, copied=True) if reply and reply.number == number else reply

    return replace(
        project,
        feasibility=acknowledged(project.feasibility),
        baseline=acknowledged(project.baseline),
    )


def _rebased(project: Project, event: ChangeApproved, ref: EventRef) -> Project:
    baseline = replace(
        present(project.baseline),
        total=event.total,
        items=event.items,
        planned_end=event.planned_end,
        policy=event.policy,
        since=event.on,
        ref=ref,
        filings=(),
        moved_so_far=ZERO,
    )
    return replace(project, baseline=baseline, pending_change=None, stage=Stage.APPROVED)

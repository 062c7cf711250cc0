"""Reply: evaluation, consents, concurrence, the reply or its refusal, its copy (第二十四条)."""

from datetime import date
from typing import TypedDict

from services.approval.decisions.facts import Facts
from services.approval.rules import construction, opinions, separation
from services.approval.rules import reply as rules
from services.approval.state import Examination, Project
from shared.events import Event
from shared.events.approval import (
    Conclusion,
    Concurrence,
    ConcurrenceGiven,
    Consent,
    Construction,
    ConstructionKind,
    CopyReceipt,
    Evaluation,
    EvaluationRecorded,
    LeadingGroupApproval,
    LeadingGroupApproved,
    MunicipalConsentGiven,
    Reply,
    ReplyCopied,
    ReplyIssued,
    ReplyRefusal,
    ReplyRefused,
    Round,
    Submission,
    SubmissionReturned,
)
from shared.events.vocabulary import Item
from shared.kernel.model import present
from shared.kernel.money import Money
from shared.regulation import Check, Context, Policy
from shared.regulation.common import decider_did_not_submit
from shared.standing import rules as standing


def record_evaluation(
    project: Project, evaluation: Evaluation, facts: Facts, context: Context
) -> Event:
    """评估论证（第二十四条）."""
    context.require(rules.submission_awaits_reply(project))
    examination = present(project.examination)
    context.require(
        decider_did_not_submit(context.actor, examination.submitted_by),
        rules.evaluation_names_the_current_submission(evaluation, examination),
    )
    context.require(
        construction.five_matters_are_judged(evaluation.judgements),
        rules.depth_of_a_merged_plan_is_judged(evaluation, examination),
        rules.third_party_evaluator_is_qualified(evaluation),
        exemptions=facts.exemptions,
    )
    return EvaluationRecorded(
        on=context.date_of(evaluation, since=examination.submitted_on),
        **project.identity,
        evaluation=evaluation,
    )


def give_municipal_consent(
    project: Project, consent: Consent, facts: Facts, context: Context
) -> Event:
    """市政府同意（第二十四条）: counts for the submission that stands when it is given."""
    context.require(rules.submission_awaits_reply(project))
    examination = present(project.examination)
    context.require(
        decider_did_not_submit(context.actor, examination.submitted_by),
        rules.consent_document_is_numbered(consent),
    )
    return MunicipalConsentGiven(
        on=context.date_of(consent, since=examination.submitted_on),
        **project.identity,
        consent=consent,
    )


def approve_unshared_project(
    project: Project, approval: LeadingGroupApproval, facts: Facts, context: Context
) -> Event:
    """领导小组批准（第十二条）: of a project of which nothing can be shared, before its reply."""
    registration = facts.registration
    context.require(
        rules.project_shares_nothing(registration), rules.unshared_approval_is_numbered(approval)
    )
    context.require(decider_did_not_submit(context.actor, (registration.declared_by,)))
    return LeadingGroupApproved(
        on=context.date_of(approval),
        project_id=context.subject_id,
        unit_id=present(registration.unit_id),
        approval=approval,
    )


def concur(project: Project, concurrence: Concurrence, facts: Facts, context: Context) -> Event:
    """会同审批会签（第二十四条）: after the opinions and the evaluation it rests on."""
    context.require(rules.submission_awaits_reply(project))
    examination = present(project.examination)
    context.require(
        decider_did_not_submit(context.actor, examination.submitted_by),
        rules.concurrence_names_the_current_submission(concurrence, examination),
    )
    context.require(*_examined(examination, context.policy), exemptions=facts.exemptions)
    return ConcurrenceGiven(
        on=context.date_of(concurrence, since=examination.submitted_on),
        **project.identity,
        concurrence=concurrence,
    )


def issue_reply(project: Project, reply: Reply, facts: Facts, context: Context) -> Event:
    """批复（第二十四条）: what it approves becomes the baseline."""
    context.require(rules.submission_awaits_reply(project))
    examination = present(project.examination)
    submission = examination.submission
    context.require(
        decider_did_not_submit(context.actor, examination.submitted_by),
        construction.construction_is_described(submission),
        rules.reply_names_the_current_submission(reply, examination),
        rules.reply_document_is_numbered(reply),
    )
    context.require(
        *_initiated(examination, present(submission.construction), facts, context),
        *_entitled(project, examination, facts, context),
        *_examined(examination, context.policy),
        rules.municipal_consent_is_given_where_required(examination, context.policy),
        rules.digital_bureau_concurs_in_the_reply(examination),
        exemptions=facts.exemptions,
        firm=(separation.who_concurred_does_not_reply(context.actor, examination),),
    )
    return ReplyIssued(
        on=context.date_of(reply, since=examination.submitted_on),
        **project.identity,
        **_baseline(submission),
        reply=reply,
        delivery_mode=present(facts.registration.delivery_mode),
        open_conditions=_open_conditions(project, examination, context.policy),
        policy=context.policy.reference,
        sharing=facts.registration.sharing,
        self_review=facts.registration.self_review,
    )


class _Baseline(TypedDict):
    """What a reply takes over from the submission it approves."""

    round: Round
    final: bool
    total: Money
    items: tuple[Item, ...]
    goals: str
    content: str
    planned_start: date
    planned_end: date
    custom_development: bool


def _baseline(submission: Submission) -> _Baseline:
    return {
        "round": submission.round,
        "final": submission.round is not Round.FEASIBILITY,
        "total": submission.total,
        "items": submission.items,
        "goals": submission.goals,
        "content": submission.content,
        "planned_start": submission.planned_start,
        "planned_end": submission.planned_end,
        "custom_development": submission.custom_development,
    }


def _initiated(
    examination: Examination, built: Construction, facts: Facts, context: Context
) -> tuple[Check, ...]:
    """立项: on what it is built, and none of the ten kinds of Article 8 (第六、八、二十三条)."""
    demand = construction.demand_of(facts.exemptions, context.today)
    return (
        construction.common_platforms_are_used(built),
        construction.system_is_not_isolated(built),
        construction.no_hardware_of_its_own(built),
        construction.no_lines_or_guards_of_its_own(built),
        construction.it_runs_on_the_municipal_cloud(built),
        construction.no_common_system_is_built_again(built),
        construction.required_platforms_are_connected(built),
        construction.five_matters_are_met(examination),
        construction.what_is_built_is_shared(built),
        standing.base_project_is_accepted(facts.registration.base_project_id, facts.base),
        construction.nothing_of_a_higher_level_is_duplicated(built),
        standing.system_is_under_asset_management(facts, exists=_changes_a_system(built, facts)),
        construction.prior_approvals_are_attached_where_due(
            examination.submission, demand, context.policy
        ),
    )


def _changes_a_system(built: Construction, facts: Facts) -> bool:
    """What was declared on top of a project is not new, whatever its document says (第八条)."""
    based = facts.registration.base_project_id is not None
    return based or built.kind is not ConstructionKind.NEW


def _entitled(
    project: Project, examination: Examination, facts: Facts, context: Context
) -> tuple[Check, ...]:
    """Code, catalogue, participants, and nothing that bars the project or its unit."""
    registration = facts.registration
    return (
        rules.project_code_is_assigned(registration, context.policy),
        standing.unshared_project_is_approved_by_the_leading_group(
            registration, project.unshared_approved
        ),
        rules.merged_plan_is_deep_enough(examination),
        standing.resource_catalogue_is_present(registration),
        rules.every_participant_has_signed_off(examination, project.participants),
        standing.construction_goes_on(project.standing(facts.standing)),
        standing.no_project_bars_the_unit(facts.unit),
        *_barred_systems(project, examination, facts, context),
    )


def _barred_systems(
    project: Project, examination: Examination, facts: Facts, context: Context
) -> tuple[Check, ...]:
    """Findings that bar a unit from systems it would build, expand or rebuild, not upgrade."""
    if present(examination.submission.construction).kind is ConstructionKind.UPGRADE:
        return ()
    own = project.project_id
    return (
        standing.no_sharing_violation_bars_other_projects(facts.unit, own, context.today),
        standing.no_security_finding_bars_the_unit(facts.unit),
    )


def _examined(examination: Examination, policy: Policy) -> tuple[Check, ...]:
    """Opinions and evaluation: DEB concurs after both, and the reply rests on both."""
    evaluation = rules.evaluation_is_positive(examination.evaluated, examination)
    design = examination.submission.round is Round.DESIGN
    if design and not policy.flag("opinions_each_round"):
        # What was said of the feasibility study then stands for the design too.
        return (evaluation,)
    return (
        opinions.letters_are_sent(examination, policy),
        opinions.funds_opinion_is_given(examination, policy),
        opinions.security_opinions_are_given(examination, policy),
        opinions.cryptography_opinion_is_given(examination, policy),
        opinions.technical_opinion_is_given(examination, policy),
        opinions.no_opinion_objects(examination, policy),
        evaluation,
    )


def _open_conditions(project: Project, examination: Examination, policy: Policy) -> tuple[str, ...]:
    """Conditions that opinions of this round attach, after those of the feasibility reply."""
    conditions = list(project.feasibility.open_conditions) if project.feasibility else []
    for duty in policy.pack.opinions:
        standing = examination.opinion_of(duty.body, duty.kind)
        if standing and standing.opinion.conclusion is Conclusion.CONDITIONAL:
            conditions += standing.opinion.conditions
    return tuple(dict.fromkeys(conditions))


def confirm_copy(project: Project, receipt: CopyReceipt, facts: Facts, context: Context) -> Event:
    """批复抄送签收（第二十四条）."""
    context.require(rules.copy_is_of_a_reply(receipt, project))
    copied = next(reply for reply in project.replies if reply.number == receipt.number)
    return ReplyCopied(
        on=context.date_of(receipt, since=copied.replied_on), **project.identity, receipt=receipt
    )


def refuse_reply(project: Project, refusal: ReplyRefusal, facts: Facts, context: Context) -> Event:
    """不予批复（第二十四条）: the end of the project's approval."""
    on = _refused_on(project, refusal, context)
    return ReplyRefused(on=on, **project.identity, refusal=refusal)


def return_submission(
    project: Project, refusal: ReplyRefusal, facts: Facts, context: Context
) -> Event:
    """退回修改（第二十四条）: nothing is decided on it until the unit submits again."""
    on = _refused_on(project, refusal, context)
    return SubmissionReturned(on=on, **project.identity, refusal=refusal)


def _refused_on(project: Project, refusal: ReplyRefusal, context: Context) -> date:
    """The day the paper bears, once it is in due form."""
    context.require(rules.submission_awaits_reply(project))
    examination = present(project.examination)
    context.require(
        decider_did_not_submit(context.actor, examination.submitted_by),
        rules.refusal_is_in_due_form(refusal, examination),
    )
    return context.date_of(refusal, since=examination.submitted_on)

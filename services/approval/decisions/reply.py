"""Reply: evaluation, consent, concurrence, the reply itself and its copy (第二十四条)."""

from services.approval.decisions.facts import Facts
from services.approval.rules import opinions
from services.approval.rules import reply as rules
from services.approval.state import Examination, Project
from shared.events import Event
from shared.events.approval import (
    Conclusion,
    Concurrence,
    ConcurrenceGiven,
    Consent,
    CopyReceipt,
    Evaluation,
    EvaluationRecorded,
    MunicipalConsentGiven,
    Reply,
    ReplyCopied,
    ReplyIssued,
    Round,
)
from shared.kernel.model import present
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
        rules.third_party_evaluator_is_qualified(evaluation),
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


def concur(project: Project, concurrence: Concurrence, facts: Facts, context: Context) -> Event:
    """会同审批会签（第二十四条）: after the opinions and the evaluation it rests on."""
    context.require(rules.submission_awaits_reply(project))
    examination = present(project.examination)
    context.require(
        decider_did_not_submit(context.actor, examination.submitted_by),
        *_examined(examination, context.policy),
        rules.concurrence_names_the_current_submission(concurrence, examination),
    )
    return ConcurrenceGiven(
        on=context.date_of(concurrence, since=examination.submitted_on),
        **project.identity,
        concurrence=concurrence,
    )


def issue_reply(project: Project, reply: Reply, facts: Facts, context: Context) -> Event:
    """批复（第二十四条）: what it approves becomes the baseline."""
    context.require(rules.submission_awaits_reply(project))
    examination, policy = present(project.examination), context.policy
    context.require(
        decider_did_not_submit(context.actor, examination.submitted_by),
        rules.project_code_is_assigned(facts.registration, policy),
        standing.resource_catalogue_is_present(facts.registration),
        rules.every_participant_has_signed_off(examination, project.participants),
        *_examined(examination, policy),
        rules.municipal_consent_is_given_where_required(examination, policy),
        rules.digital_bureau_concurs_in_the_reply(examination),
        rules.reply_names_the_current_submission(reply, examination),
        rules.reply_document_is_numbered(reply),
        standing.no_project_bars_the_unit(facts.unit),
    )
    submission = examination.submission
    return ReplyIssued(
        on=context.date_of(reply, since=examination.submitted_on),
        **project.identity,
        reply=reply,
        round=submission.round,
        delivery_mode=present(facts.registration.delivery_mode),
        final=submission.round is not Round.FEASIBILITY,
        total=submission.total,
        items=submission.items,
        goals=submission.goals,
        content=submission.content,
        planned_start=submission.planned_start,
        planned_end=submission.planned_end,
        custom_development=submission.custom_development,
        open_conditions=_open_conditions(project, examination, policy),
        policy=policy.reference,
    )


def _examined(examination: Examination, policy: Policy) -> tuple[Check, ...]:
    """Opinions and evaluation: DEB concurs after both, and the reply rests on both."""
    return (
        opinions.letters_are_sent(examination, policy),
        opinions.funds_opinion_is_given(examination, policy),
        opinions.security_opinions_are_given(examination, policy),
        opinions.cryptography_opinion_is_given(examination, policy),
        opinions.technical_opinion_is_given(examination, policy),
        opinions.no_opinion_objects(examination, policy),
        rules.evaluation_is_positive(examination.evaluated, examination),
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

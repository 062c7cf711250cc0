"""Documents: a round's submission, and the participants who sign it off."""

from cryptography.hazmat.primitives import hashes

from services.approval.decisions.facts import Facts, policy_of
from services.approval.rules import adjustments, construction, joint, services
from services.approval.rules import documents as rules
from services.approval.rules.reply import submission_awaits_reply
from services.approval.state import Project
from shared.events import Event
from shared.events.approval import DocumentSubmitted, ParticipantSignedOff, SignOff, Submission
from shared.kernel.model import present
from shared.regulation import Check, Context
from shared.regulation.common import decider_did_not_submit
from shared.standing.rules import construction_goes_on


def digest_of(submission: Submission) -> str:
    """`sm3:<64 hex digits>` over the submission's compact JSON: equal content, equal digest."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(submission.__pydantic_serializer__.to_json(submission))
    return f"sm3:{sm3.finalize().hex()}"


def submit_document(
    project: Project, submission: Submission, facts: Facts, context: Context
) -> Event:
    """报审文件（第十八至二十一条）: replaces the round's earlier submission until the reply."""
    registration = facts.registration
    context.require(rules.project_is_on_an_approved_list(registration), exemptions=facts.exemptions)
    context.require(
        rules.reply_was_not_refused(project), rules.final_reply_is_not_yet_issued(project)
    )
    context.require(construction.construction_is_described(submission))
    context.require(
        construction_goes_on(project.standing(facts.standing)),
        *_in_due_form(project, submission, facts, context),
        construction.prior_approvals_are_attached_where_due(
            submission, construction.demand_of(facts.exemptions, context.today), context.policy
        ),
        exemptions=facts.exemptions,
        firm=(
            rules.estimate_items_sum_to_total(submission),
            rules.submission_dates_are_in_order(submission),
        ),
    )
    return DocumentSubmitted(
        on=context.date_of(submission),
        project_id=context.subject_id,
        unit_id=present(registration.unit_id),
        submission=submission,
        digest=digest_of(submission),
        participants=registration.participants,
    )


def _in_due_form(
    project: Project, submission: Submission, facts: Facts, context: Context
) -> tuple[Check, ...]:
    """What the document itself has to hold, in article order."""
    registration, feasibility, policy = facts.registration, project.feasibility, context.policy
    # What is measured against a feasibility reply keeps the values of its day.
    replied = policy_of(feasibility, context) if feasibility else policy
    return (
        rules.fund_balance_plan_is_attached(submission),
        rules.round_fits_delivery_mode(submission, registration),
        rules.round_follows_the_order(submission, project),
        rules.sharing_chapter_is_present(submission),
        rules.merged_plan_has_a_ground(submission),
        rules.small_merged_plan_stays_within_limit(submission, policy),
        services.service_demand_has_all_sections(submission, policy),
        services.service_is_not_goods_or_works(submission),
        services.service_is_cheaper_than_building(submission),
        services.small_saving_is_justified(submission, policy),
        services.service_total_covers_the_fee(submission),
        services.service_has_enough_providers(submission, policy),
        services.service_meets_security_requirements(submission),
        joint.joint_design_is_complete(submission, registration),
        adjustments.design_adjustment_is_explained(submission, feasibility),
        adjustments.design_adjustment_is_not_major(submission, feasibility, replied),
        rules.secure_reliable_products_are_explained(submission),
    )


def sign_off(project: Project, sign_off: SignOff, facts: Facts, context: Context) -> Event:
    """参建部门会签（第二十一条）: the acting unit is one of the participants."""
    context.require(submission_awaits_reply(project))
    examination = present(project.examination)
    context.require(joint.sign_off_names_the_current_submission(sign_off, examination))
    context.require(decider_did_not_submit(context.actor, examination.submitted_by))
    return ParticipantSignedOff(
        on=context.date_of(sign_off, since=examination.submitted_on),
        **project.identity,
        participant_id=present(context.actor.unit_id),
        sign_off=sign_off,
    )

"""Documents: a round's submission, and the participants who sign it off."""

from cryptography.hazmat.primitives import hashes

from services.approval.decisions.facts import Facts
from services.approval.rules import documents as rules
from services.approval.rules.reply import submission_awaits_reply
from services.approval.state import Project
from shared.events import Event
from shared.events.approval import DocumentSubmitted, ParticipantSignedOff, SignOff, Submission
from shared.kernel.model import present
from shared.regulation import Context


def digest_of(submission: Submission) -> str:
    """`sm3:<64 hex digits>` over the submission's compact JSON: equal content, equal digest."""
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(submission.__pydantic_serializer__.to_json(submission))
    return f"sm3:{sm3.finalize().hex()}"


def submit_document(
    project: Project, submission: Submission, facts: Facts, context: Context
) -> Event:
    """报审文件（第十八至二十一条）: replaces the round's earlier submission until the reply."""
    registration, policy = facts.registration, context.policy
    context.require(
        rules.project_is_on_an_approved_list(registration),
        rules.final_reply_is_not_yet_issued(project),
    )
    context.require(
        rules.round_fits_delivery_mode(submission, registration),
        rules.round_follows_the_order(submission, project),
        rules.estimate_items_sum_to_total(submission),
        rules.submission_dates_are_in_order(submission),
        rules.sharing_chapter_is_present(submission),
        rules.merged_plan_has_a_ground(submission),
        rules.small_merged_plan_stays_within_limit(submission, policy),
        rules.service_demand_has_all_sections(submission, policy),
        rules.service_is_not_goods_or_works(submission),
        rules.service_is_cheaper_than_building(submission),
        rules.service_total_covers_the_fee(submission),
        rules.service_has_enough_providers(submission, policy),
        rules.service_meets_security_requirements(submission),
        rules.joint_design_is_complete(submission, registration),
        rules.design_adjustment_is_explained(submission, project.feasibility),
        rules.design_adjustment_is_not_major(submission, project.feasibility, policy),
        rules.secure_reliable_products_are_explained(submission),
    )
    return DocumentSubmitted(
        on=context.date_of(submission),
        project_id=context.subject_id,
        unit_id=present(registration.unit_id),
        submission=submission,
        digest=digest_of(submission),
        participants=registration.participants,
    )


def sign_off(project: Project, sign_off: SignOff, facts: Facts, context: Context) -> Event:
    """参建部门会签（第二十一条）: the acting unit is one of the participants."""
    context.require(submission_awaits_reply(project))
    examination = present(project.examination)
    context.require(rules.sign_off_names_the_current_submission(sign_off, examination))
    return ParticipantSignedOff(
        on=context.date_of(sign_off, since=examination.submitted_on),
        **project.identity,
        participant_id=present(context.actor.unit_id),
        sign_off=sign_off,
    )

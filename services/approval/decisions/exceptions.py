"""Exceptions: asked for, agreed to by each body, granted or refused, revoked (第八、五十三条)."""

from datetime import date

from services.approval.decisions.facts import Facts
from services.approval.rules import exceptions as rules
from services.approval.rules import separation
from services.approval.state import ExceptionCase, ExceptionIdentity
from shared.events import Event
from shared.events.approval import (
    ExceptionAgreed,
    ExceptionAgreement,
    ExceptionAttached,
    ExceptionGranted,
    ExceptionRefused,
    ExceptionRequest,
    ExceptionRequested,
    ExceptionRevocation,
    ExceptionRevoked,
)
from shared.kernel.model import present
from shared.regulation import Context
from shared.regulation.common import decider_did_not_submit
from shared.regulation.decision import InvalidField


def request_exception(
    case: ExceptionCase, request: ExceptionRequest, facts: Facts, context: Context
) -> list[Event]:
    """例外申请（第八、五十三条）: granted at once where the regulation leaves it to the unit."""
    on = context.date_of(request)
    if request.valid_until is not None and request.valid_until < context.today:
        raise InvalidField("valid_until", f"有效期止于{request.valid_until}，早于今天")
    context.require(
        rules.legal_exception_cites_the_law(request),
        rules.special_regime_is_cited(request),
        rules.rows_leave_room_for_it(request, context.policy),
        rules.exception_names_what_it_is_for(request),
        rules.exception_is_for_ones_own_project(request, facts.registration),
    )
    identity: ExceptionIdentity = {
        "exception_id": context.subject_id,
        "unit_id": request.unit_id,
        "project_id": request.project_id,
    }
    requested = ExceptionRequested(on=on, **identity, request=request)
    if rules.approvers_of(request, context.policy):
        return [requested]
    context.require(rules.exception_paper_is_numbered(request.evidence))
    number = present(request.evidence.number)
    return [requested, *_granted(on, identity, request, number, (context.actor.body,))]


def agree_to_exception(
    case: ExceptionCase, agreement: ExceptionAgreement, facts: Facts, context: Context
) -> list[Event]:
    """例外意见（第八、五十三条）: the last body to agree grants it, one that does not ends it."""
    context.require(rules.exception_awaits_agreement(case))
    request, body, policy = present(case.request), context.actor.body, context.policy
    context.require(
        decider_did_not_submit(context.actor, (case.requested_by,)),
        rules.body_is_to_agree(body, request, policy),
        rules.body_has_not_agreed_yet(body, case, policy),
        rules.exception_paper_is_numbered(agreement.document),
    )
    context.require(separation.who_agreed_does_not_agree_for_another_body(context.actor, case))
    on = context.date_of(agreement, since=case.requested_on)
    if not agreement.approved:
        return [ExceptionRefused(on=on, **case.identity, body=body, agreement=agreement)]
    context.require(rules.exception_has_not_run_out(request.valid_until, context.today))
    agreed = ExceptionAgreed(on=on, **case.identity, body=body, agreement=agreement)
    approvers = rules.approvers_of(request, policy)
    if set(approvers) - case.agreed - {body}:
        return [agreed]
    number = present(agreement.document.number)
    return [agreed, *_granted(on, case.identity, request, number, approvers)]


def _granted(
    on: date,
    identity: ExceptionIdentity,
    request: ExceptionRequest,
    number: str,
    approvers: tuple[str, ...],
) -> list[Event]:
    """In force from now on, and attached to the project whose decisions may rest on it."""
    granted = ExceptionGranted(
        on=on,
        **identity,
        rows=request.rows,
        kind=request.kind,
        number=number,
        approvers=approvers,
        valid_from=on,
        valid_until=request.valid_until,
    )
    if request.project_id is None:
        return [granted]
    attached = ExceptionAttached(
        on=on,
        project_id=request.project_id,
        unit_id=request.unit_id,
        exception_id=identity["exception_id"],
    )
    return [granted, attached]


def revoke_exception(
    case: ExceptionCase, revocation: ExceptionRevocation, facts: Facts, context: Context
) -> Event:
    """撤销例外（第五十三条）: what was decided on it stands, nothing new rests on it."""
    context.require(rules.exception_is_granted(case))
    context.require(
        rules.exception_is_revoked_by_who_granted_it(context.actor.body, case, context.policy),
        rules.exception_paper_is_numbered(revocation.document),
    )
    on = context.date_of(revocation, since=present(case.exemption).valid_from)
    return ExceptionRevoked(on=on, **case.identity, revocation=revocation)

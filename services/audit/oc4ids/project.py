"""项目: one project as an OC4IDS project, from its events up to a day.

What the standard asks for and the record does not hold is left out, never made up.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from services.audit.ledger import City, ProjectFile
from services.audit.oc4ids.contracts import contracting_processes
from services.audit.oc4ids.milestones import milestones
from services.audit.oc4ids.parts import (
    Part,
    day,
    department,
    distinct,
    instant,
    organisation,
    paper,
    period,
    reference,
    value,
    without_gaps,
)
from services.audit.reports.planning import phase_of
from services.audit.state import Phase
from shared.events.acceptance import (
    AcceptanceConcluded,
    AcceptanceConclusion,
    AcceptanceReviewed,
    CompletionReported,
)
from shared.events.approval import (
    ChangeApproved,
    ConstructionKind,
    DocumentSubmitted,
    EvaluationRecorded,
    ReplyIssued,
    ReplyRefused,
    Round,
)
from shared.events.budget import (
    BudgetIncluded,
    ContractRecorded,
    PaymentRecorded,
    ProjectFundsClosed,
)
from shared.events.registry import ProjectCodeAssigned, ProjectListed
from shared.events.vocabulary import Item
from shared.kernel.money import total

STATUSES = {
    **dict.fromkeys((Phase.NONE, Phase.DECLARED, Phase.REVIEWED, Phase.LISTED), "identification"),
    **dict.fromkeys((Phase.IN_APPROVAL, Phase.FEASIBILITY_REPLIED), "preparation"),
    Phase.IMPLEMENTING: "implementation",
    **dict.fromkeys((Phase.COMPLETED, Phase.TRIAL_RUN), "completion"),
    **dict.fromkeys((Phase.ACCEPTANCE_APPLIED, Phase.ACCEPTANCE_FAILED), "completion"),
    Phase.ACCEPTED: "maintenance",
    **dict.fromkeys((Phase.WITHDRAWN, Phase.TERMINATED), "cancelled"),
}
"""项目阶段 as the standard's `status`."""

_TYPES = {
    ConstructionKind.NEW: "construction",
    ConstructionKind.EXPAND: "expansion",
    ConstructionKind.REBUILD: "rehabilitation",
    ConstructionKind.UPGRADE: "rehabilitation",
}
_ROUNDS = {
    Round.FEASIBILITY: "feasibilityStudy",
    Round.DESIGN: "designReport",
    Round.IMPLEMENTATION_PLAN: "projectPlan",
    Round.SERVICE_DEMAND: "needsAssessment",
}
_REVIEWERS = ("DRC", "DEB")


def project_id(prefix: str, project: object) -> str:
    """A project's identifier: the publisher's prefix, and the project's own."""
    return f"{prefix}-{project}"


def project(city: City, file: ProjectFile, prefix: str) -> Part:
    """One project in the words of the standard."""
    declaration, submitted = file.declared.declaration, file.last(DocumentSubmitted)
    reply = _final_reply(file)
    construction = submitted.submission.construction if submitted else None
    planned = reply or (submitted.submission if submitted else None)
    return without_gaps(
        id=project_id(prefix, file.project_id),
        updated=instant(updated(file)),
        language="zh",
        identifiers=list(_identifiers(file)),
        publicAuthority=reference(file.unit_id, file.unit_name),
        title=file.name,
        description=reply.content if reply else declaration.tasks,
        purpose=reply.goals if reply else declaration.goals,
        status=_status(file),
        type=_TYPES[construction.kind] if construction else None,
        sector=["communications"],
        locations=[{"id": code, "description": _division(city, code)} for code in _where(file)],
        period=period(planned.planned_start, planned.planned_end) if planned else None,
        **_periods(file, reply),
        budget=_budget(city, file, reply),
        parties=list(_parties(city, file)),
        milestones=list(milestones(file)),
        completion=_completion(file),
        documents=distinct(_papers(file)),
        contractingProcesses=contracting_processes(city, file),
        relatedProjects=list(_related(file, prefix)),
    )


def updated(file: ProjectFile) -> datetime:
    """When the newest of its events was recorded."""
    return max(recorded.recorded_at for recorded in file.recorded())


def _final_reply(file: ProjectFile) -> ReplyIssued | None:
    return next((reply for reply in reversed(file.all(ReplyIssued)) if reply.final), None)


def _status(file: ProjectFile) -> str:
    return "cancelled" if file.last(ReplyRefused) else STATUSES[phase_of(file)]


def _identifiers(file: ProjectFile) -> Iterator[Part]:
    yield {"id": str(file.project_id), "scheme": "govit"}
    if assigned := file.last(ProjectCodeAssigned):
        yield {"id": assigned.assignment.code, "scheme": "CN-TZXM"}


def _where(file: ProjectFile) -> tuple[str, ...]:
    return file.declared.declaration.county_codes or ("511100",)


def _division(city: City, code: str) -> str:
    return city.policy.pack.divisions.get(code, code)


def _periods(file: ProjectFile, reply: ReplyIssued | None) -> dict[str, Part]:
    submitted = next(iter(file.all(DocumentSubmitted)), None)
    completed, accepted = file.last(CompletionReported), _accepted(file)
    prepared_from = submitted.on if submitted else None
    built_from, built_to = reply.on if reply else None, completed.on if completed else None
    listed = file.last(ProjectListed)
    return {
        "identificationPeriod": period(file.declared.on, listed.on if listed else None),
        "preparationPeriod": period(prepared_from, built_from),
        "implementationPeriod": period(built_from, built_to),
        "completionPeriod": period(built_to, accepted.on if accepted else None),
    }


def _accepted(file: ProjectFile) -> AcceptanceConcluded | AcceptanceReviewed | None:
    for concluded in reversed(file.all(AcceptanceConcluded)):
        if concluded.acceptance.conclusion is AcceptanceConclusion.PASSED:
            return concluded
    for reviewed in reversed(file.all(AcceptanceReviewed)):
        if reviewed.review.conclusion is AcceptanceConclusion.PASSED:
            return reviewed
    return None


def _budget(city: City, file: ProjectFile, reply: ReplyIssued | None) -> Part:
    approved = file.last(ChangeApproved) or reply
    groups = (
        ("sources", "列入预算的资金来源", list(_sources(city, file))),
        ("items", "批复的投资分项", list(_items(approved.items if approved else ()))),
    )
    return without_gaps(
        description="批复总投资" if approved else "申报投资额度",
        amount=value(approved.total if approved else file.declared.declaration.total),
        requestDate=day(file.declared.on),
        approvalDate=day(approved.on) if approved else None,
        budgetBreakdowns=[
            {"id": group, "description": told, "budgetBreakdown": lines}
            for group, told, lines in groups
            if lines
        ],
    )


def _sources(city: City, file: ProjectFile) -> Iterator[Part]:
    for number, event in enumerate(file.all(BudgetIncluded), 1):
        year = event.inclusion.fiscal_year
        for place, source in enumerate(event.inclusion.sources, 1):
            yield {
                "id": f"{year}/{number}/{place}",
                "description": source.channel.label,
                "amount": value(source.amount),
                "period": period(date(year, 1, 1), date(year, 12, 31)),
                "approvalDate": day(event.on),
                "sourceParty": reference("FIN", city.policy.body_name("FIN")),
            }


def _items(items: Iterable[Item]) -> Iterator[Part]:
    for item in items:
        yield {"id": item.code, "description": item.name, "amount": value(item.amount)}


def _parties(city: City, file: ProjectFile) -> Iterator[Part]:
    """Each organisation once, with all that it is to the project."""
    names: dict[str, str] = {}
    roles: dict[str, set[str]] = {}
    for party, name, role in _roles(city, file):
        names[party] = names.get(party) or name
        roles.setdefault(party, set()).add(role)
    yield from (organisation(party, names[party], roles[party]) for party in roles)
    if file.all(ReplyIssued):
        yield from (department(b, city.policy.body_name(b), ["reviewBody"]) for b in _REVIEWERS)
    if file.all(BudgetIncluded):
        yield department("FIN", city.policy.body_name("FIN"), ["funder"])


def _roles(city: City, file: ProjectFile) -> Iterator[tuple[str, str, str]]:
    payments = file.all(PaymentRecorded)
    for role in ("publicAuthority", "buyer", "procuringEntity", *["payer"] * bool(payments)):
        yield file.unit_id, file.unit_name, role
    for participant in file.declared.declaration.participants:
        yield participant.unit_id, city.unit_name(participant.unit_id), "interestedParty"
    paid = {event.payment.contract_number for event in payments}
    for contract in (event.contract for event in file.all(ContractRecorded)):
        yield contract.supplier_id, contract.supplier_name, "supplier"
        if contract.number in paid:
            yield contract.supplier_id, contract.supplier_name, "payee"


def _completion(file: ProjectFile) -> Part | None:
    accepted = _accepted(file)
    if accepted is None:
        return None
    paid = [event.payment.amount for event in file.all(PaymentRecorded)]
    closed = file.last(ProjectFundsClosed) is not None
    return without_gaps(
        endDate=day(accepted.on),
        endDateDetails="验收合格之日",
        finalValue=value(total(paid)) if closed and paid else None,
        finalValueDetails="项目资金关账时已支付的合计" if closed and paid else None,
    )


def _papers(file: ProjectFile) -> Iterator[Part]:
    for submitted in file.all(DocumentSubmitted):
        submission = submitted.submission
        yield paper(submission.document, _ROUNDS[submission.round], submitted.on)
    for evaluated in file.all(EvaluationRecorded):
        yield paper(evaluated.evaluation.report, "projectEvaluation", evaluated.on)
    for replied in file.all(ReplyIssued):
        yield paper(replied.reply.document, "projectApproval", replied.on)
    for changed in file.all(ChangeApproved):
        yield paper(changed.ruling.document, "budgetAmendmentApproval", changed.on)
    for included in file.all(BudgetIncluded):
        yield paper(included.inclusion.document, "budgetApproval", included.on)
    for concluded in file.all(AcceptanceConcluded):
        yield paper(concluded.acceptance.document, "completionCertificate", concluded.on)
    for reviewed in file.all(AcceptanceReviewed):
        yield paper(reviewed.review.document, "completionCertificate", reviewed.on)


def _related(file: ProjectFile, prefix: str) -> Iterator[Part]:
    """The project whose system is built further."""
    base = file.declared.declaration.base_project_id
    if base is not None:
        identifier = project_id(prefix, base)
        yield {
            "id": "1",
            "scheme": "oc4ids",
            "identifier": identifier,
            "relationship": "construction",
        }

"""采购过程: a procurement with its contracts, payments and changes, as a contracting process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from services.audit.ledger import City, ProjectFile
from services.audit.oc4ids.parts import (
    Part,
    day,
    distinct,
    paper,
    period,
    reference,
    value,
    without_gaps,
)
from shared.events.approval import ChangeApplied, ChangeApproved, ChangeFiled, FilingDisputed
from shared.events.budget import (
    ContractRecorded,
    PaymentRecorded,
    ProcurementMethod,
    ProcurementRecorded,
    ProjectFundsClosed,
)
from shared.kernel.money import Money, total

METHODS = {
    ProcurementMethod.OPEN_TENDER: "open",
    ProcurementMethod.INVITED_TENDER: "selective",
    ProcurementMethod.FRAMEWORK_AGREEMENT: "selective",
    ProcurementMethod.COMPETITIVE_CONSULTATION: "limited",
    ProcurementMethod.COMPETITIVE_NEGOTIATION: "limited",
    ProcurementMethod.INQUIRY: "limited",
    ProcurementMethod.SINGLE_SOURCE: "direct",
    ProcurementMethod.SELF_ORGANISED: "limited",
}
"""采购方式 as the standard's `method`; the Chinese term is told beside it."""


@dataclass
class _Process:
    """A procurement by its number, and the contracts that name it."""

    number: str
    procurement: ProcurementRecorded | None = None
    contracts: list[ContractRecorded] = field(default_factory=list)

    @property
    def signed_on(self) -> date | None:
        return min((event.on for event in self.contracts), default=None)


def contracting_processes(city: City, project: ProjectFile) -> list[Part]:
    """Every procurement of a project, and every contract that names one not on record."""
    processes: dict[str, _Process] = {}
    for event in project.all(ProcurementRecorded):
        number = event.procurement.number
        processes.setdefault(number, _Process(number)).procurement = event
    for signed in project.all(ContractRecorded):
        number = signed.contract.procurement_number
        processes.setdefault(number, _Process(number)).contracts.append(signed)
    ended = project.last(ProjectFundsClosed) is not None
    changes = list(_changes(project))
    return [
        {"id": each.number, "summary": _summary(city, project, each, changes, ended=ended)}
        for each in processes.values()
    ]


def _summary(
    city: City, project: ProjectFile, process: _Process, changes: list[Part], *, ended: bool
) -> Part:
    contracts = [event.contract for event in process.contracts]
    numbers = {contract.number for contract in contracts}
    paid = [e for e in project.all(PaymentRecorded) if e.payment.contract_number in numbers]
    suppliers = {contract.supplier_id: contract.supplier_name for contract in contracts}
    signed = day(process.signed_on)
    later = [change for change in changes if signed is not None and change["date"] >= signed]
    return without_gaps(
        externalReference=process.number,
        title=f"{project.name}（{process.number}）",
        description="；".join(f"合同 {contract.number}" for contract in contracts),
        status=_status(process, ended=ended),
        tender=_tender(city, project, process),
        suppliers=[reference(i, name) for i, name in suppliers.items()],
        contractValue=_sum([contract.amount for contract in contracts]),
        contractPeriod=period(process.signed_on, None),
        finalValue=_sum([event.payment.amount for event in paid]) if ended else None,
        documents=distinct(_papers(process)),
        modifications=later,
        transactions=list(_payments(project, process, paid)),
    )


def _sum(amounts: list[Money]) -> Part | None:
    return value(total(amounts)) if amounts else None


def _status(process: _Process, *, ended: bool) -> str:
    if ended:
        return "closed"
    return "active" if process.contracts else "pre-award"


def _tender(city: City, project: ProjectFile, process: _Process) -> Part | None:
    if process.procurement is None:
        return None
    procurement = process.procurement.procurement
    return without_gaps(
        procurementMethod=METHODS[procurement.method],
        procurementMethodDetails=procurement.method.label,
        datePublished=day(process.procurement.on),
        costEstimate=value(procurement.amount),
        procuringEntity=reference(project.unit_id, city.unit_name(project.unit_id)),
    )


def _papers(process: _Process) -> Iterator[Part]:
    if process.procurement is not None:
        event = process.procurement
        yield paper(event.procurement.document, "biddingDocuments", event.on)
    for signed in process.contracts:
        yield paper(signed.contract.document, "contractSigned", signed.on)


def _payments(
    project: ProjectFile, process: _Process, paid: list[PaymentRecorded]
) -> Iterator[Part]:
    payees = {
        e.contract.number: reference(e.contract.supplier_id, e.contract.supplier_name)
        for e in process.contracts
    }
    for number, event in enumerate(paid, 1):
        yield without_gaps(
            id=f"{process.number}/{number}",
            date=day(event.on),
            value=value(event.payment.amount),
            payer=reference(project.unit_id, project.unit_name),
            payee=payees[event.payment.contract_number],
        )


def _changes(project: ProjectFile) -> Iterator[Part]:
    """Filed and approved changes; a filing that was disputed is none.

    They are changes of what was approved, and of no one contract: they stand with each that was
    signed by then, and leave its value alone.
    """
    disputed = {event.change_id for event in project.all(FilingDisputed)}
    for filed in project.all(ChangeFiled):
        if filed.change_id not in disputed:
            change = filed.change
            yield without_gaps(
                id=str(filed.change_id),
                date=day(filed.on),
                type="scope",
                description=f"{change.explanation}（报备，调整资金 {filed.moved} 元）",
                rationale=change.reason.label,
            )
    applied = {event.change_id: event.change for event in project.all(ChangeApplied)}
    for approved in project.all(ChangeApproved):
        asked = applied.get(approved.change_id)
        told = f"{asked.explanation}（批准，" if asked else "（批准，"
        yield without_gaps(
            id=str(approved.change_id),
            date=day(approved.on),
            type="scope",
            description=f"{told}调整后总投资 {approved.total} 元，"
            f"计划完工 {approved.planned_end}）",
            rationale=asked.reason.label if asked else None,
        )

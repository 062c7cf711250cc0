"""红旗：一人多次同意例外、一单位多次延期、同一承建方多次单一来源 (第三十一、四十、五十三条)."""

from collections import Counter
from collections.abc import Iterator

from services.audit.flags.flag import Finding, bursts, finding, flag
from services.audit.ledger import City
from shared.events import Recorded
from shared.events.acceptance import ExtensionGranted
from shared.events.approval import ExceptionAgreed
from shared.events.budget import ContractRecorded, ProcurementMethod, ProcurementRecorded
from shared.kernel.money import total


@flag(
    "repeated-exceptions-by-one-person",
    title="一人多次同意例外",
    says="同一人（含受托办理的受托人和委托人）同意的例外，在规定天数内达到规定件数，不论哪个单位的。",
    articles=("53",),
    thresholds=("exceptions_by_one_person", "window_days"),
)
def repeated_exceptions(city: City) -> Iterator[Finding]:
    """Exceptions that keep passing by way of one person."""
    of_person: dict[str, list[Recorded]] = {}
    for recorded in city.whole.recorded(ExceptionAgreed):
        event = recorded.event
        if isinstance(event, ExceptionAgreed) and event.agreement.approved:
            for person in city.actor(recorded).persons:
                of_person.setdefault(person, []).append(recorded)
    policy = city.policy
    days = policy.threshold("window_days")
    least = policy.threshold("exceptions_by_one_person")
    for person, found in of_person.items():
        for run in bursts(found, days, least):
            units = Counter(str(getattr(r.event, "unit_id", "")) for r in run)
            told = "、".join(f"{city.unit_name(u) or u} {n} 件" for u, n in units.items())
            yield finding(
                city,
                run,
                f"{person}：{_span(run, '件', least, days)}；{told}",
                {"人员": person, "件数": len(run), "涉及单位": len(units)},
            )


@flag(
    "many-extensions",
    title="一单位多次延期验收",
    says="同一单位的项目获准延期验收，在规定天数内达到规定次数。",
    articles=("31",),
    thresholds=("extensions_of_one_unit", "window_days"),
)
def many_extensions(city: City) -> Iterator[Finding]:
    """A unit whose due dates keep moving."""
    of_unit: dict[str, list[Recorded]] = {}
    for recorded in city.whole.recorded(ExtensionGranted):
        if isinstance(recorded.event, ExtensionGranted):
            of_unit.setdefault(recorded.event.unit_id, []).append(recorded)
    policy = city.policy
    days = policy.threshold("window_days")
    least = policy.threshold("extensions_of_one_unit")
    for found in of_unit.values():
        for run in bursts(found, days, least):
            projects = len({getattr(r.event, "project_id", None) for r in run})
            yield finding(
                city,
                run,
                _span(run, "次", least, days),
                {"次数": len(run), "涉及项目": projects},
            )


@flag(
    "single-source-to-one-supplier",
    title="同一承建方多次单一来源",
    says="同一单位以单一来源方式采购、与同一承建方签订的合同，在规定天数内达到规定份数。",
    articles=("40",),
    thresholds=("single_source_contracts", "window_days"),
)
def single_source_to_one_supplier(city: City) -> Iterator[Finding]:
    """A supplier that a unit keeps choosing without competition."""
    methods = {
        (event.project_id, event.procurement.number): event.procurement.method
        for event in city.whole.all(ProcurementRecorded)
    }
    signed: dict[tuple[str, str], list[Recorded]] = {}
    for recorded in city.whole.recorded(ContractRecorded):
        event = recorded.event
        if isinstance(event, ContractRecorded):
            contract = event.contract
            method = methods.get((event.project_id, contract.procurement_number))
            if method is ProcurementMethod.SINGLE_SOURCE:
                signed.setdefault((event.unit_id, contract.supplier_id), []).append(recorded)
    policy = city.policy
    days = policy.threshold("window_days")
    least = policy.threshold("single_source_contracts")
    for (_, supplier), found in signed.items():
        for run in bursts(found, days, least):
            amounts = [
                r.event.contract.amount for r in run if isinstance(r.event, ContractRecorded)
            ]
            whole = total(amounts)
            told = f"{' + '.join(map(str, amounts))} = {whole}"
            yield finding(
                city,
                run,
                f"承建方 {supplier}：{_span(run, '份', least, days)}；{told}",
                {"承建方": supplier, "合同份数": len(run), "合计（元）": whole},
            )


def _span(run: list[Recorded], measure: str, least: int, days: int) -> str:
    """How many there were from when to when, against what shows."""
    return (
        f"{run[0].on} 至 {run[-1].on} 共 {len(run)} {measure}"
        f"（{days} 天内达到 {least} {measure}即提示）"
    )

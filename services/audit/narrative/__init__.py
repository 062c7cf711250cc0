"""摘要: one line of Chinese for each event, with the figures an auditor looks for."""

from services.audit.narrative import acceptance, approval, budget, registry
from shared.events import Event
from shared.events.refusals import RequestRefused
from shared.regulation.decision import Decision

_LINES = {**registry.LINES, **approval.LINES, **budget.LINES, **acceptance.LINES}


def line(event: Event, decision: Decision | None = None) -> str:
    """What happened, in one line; of a refusal, what stood against it."""
    if isinstance(event, RequestRefused):
        broken = [check.text for check in decision.checks if not check.holds] if decision else []
        reasons = broken or [f"第{number}条" for number in dict.fromkeys(event.articles)]
        return f"{event.command}：{'；'.join(reasons)}"
    describe = _LINES.get(type(event))
    return describe(event) if describe else event.label

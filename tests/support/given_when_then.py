"""Given events, when a decision is taken, then these events or this broken rule.

    CASE.given(unit_registered()).when(declare_project, declaration()).then(ProjectDeclared)

Nothing is mocked: the real fold, decision, rules and policy pack, without HTTP or a database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from shared.events import Event, Meta, Recorded
from shared.kernel.actor import Actor, EventRef
from shared.kernel.dates import SHANGHAI
from shared.kernel.identifiers import uuid7
from shared.regulation import Context, Rule, RuleBroken
from shared.regulation.decision import Decision, InvalidField
from shared.regulation.pack import Library, Pack, installed

TODAY = date(2026, 5, 6)
OFFICER = Actor(person="officer-1", name="张三", body="DEB", role="OFFICER")
"""By whom histories are recorded."""

DECIDER = Actor(person="officer-2", name="孙八", body="DEB", role="OFFICER")
"""Who decides, unless a case says otherwise: another person, as the regulation wants it."""

SUBJECT = UUID("01890000-0000-7000-8000-000000000001")


def as_recorded(
    events: Sequence[Event], service: str = "registry", start: int = 1
) -> list[Recorded]:
    """Events as a log would hold them, one stream, positions from `start`."""
    return [
        Recorded(
            event=event,
            ref=EventRef(
                service=service,
                position=position,
                stream=event.stream,
                version=position,
                event_id=uuid5(SUBJECT, f"{service}/{position}"),
            ),
            stored_meta=Meta(actor=OFFICER, command="given", policy="511100-2022@1"),
            recorded_at=datetime.combine(event.on, time(9), SHANGHAI).astimezone(UTC),
        )
        for position, event in enumerate(events, start)
    ]


@dataclass(frozen=True)
class Outcome:
    """What came of it: the events, or the refusal's broken rules, or the invalid field."""

    events: tuple[Event, ...] = ()
    broken: tuple[str, ...] = ()
    invalid: str | None = None
    decision: Decision | None = None
    texts: tuple[str, ...] = ()

    def then(self, *types: type[Event]) -> "Outcome":
        """Exactly these events, in this order."""
        assert not self.broken, f"refused: {self.texts}"
        assert self.invalid is None, f"invalid field {self.invalid}"
        assert [type(e) for e in self.events] == list(types)
        return self

    def having(self, **values: Any) -> "Outcome":
        """The first event carries these values."""
        for name, value in values.items():
            assert getattr(self.events[0], name) == value, name
        return self

    def then_broken(self, *rules: Rule[Any]) -> "Outcome":
        """Refused, by exactly these rules."""
        assert self.broken, f"not refused: {[e.type for e in self.events]}"
        assert set(self.broken) == {rule.name for rule in rules}, self.texts
        return self

    def then_advised(self, *rules: Rule[Any]) -> "Outcome":
        """Accepted, though exactly these rules, which stop nothing, do not hold."""
        assert not self.broken, f"refused: {self.texts}"
        assert self.decision is not None
        assert {c.rule for c in self.decision.checks if not c.holds} == {r.name for r in rules}
        return self

    def then_invalid(self, field_name: str) -> "Outcome":
        """Refused as malformed, naming the field."""
        assert self.invalid == field_name
        return self


@dataclass(frozen=True)
class Case:
    """A service's fold and facts; `given`, `with_facts`, `on` and `by` set the scene."""

    initial: Any
    evolve: Callable[[Any, Recorded], Any]
    facts: Any
    service: str
    history: tuple[Event, ...] = ()
    now: datetime = datetime.combine(TODAY, time(10), SHANGHAI)
    actor: Actor = DECIDER
    subject: str = str(SUBJECT)
    policies: Library = field(default_factory=installed)

    def given(self, *events: Event) -> "Case":
        return replace(self, history=(*self.history, *events))

    def with_facts(self, **facts: Any) -> "Case":
        return replace(self, facts=replace(self.facts, **facts))

    def by(self, actor: Actor) -> "Case":
        return replace(self, actor=actor)

    def at(self, day: date | datetime) -> "Case":
        """The day, or the very instant, at which the decision is taken."""
        now = day if isinstance(day, datetime) else datetime.combine(day, time(10), SHANGHAI)
        return replace(self, now=now)

    def under(self, **values: int | str | bool) -> "Case":
        """The case under a policy with other values from the start."""
        packs = [pack.model_dump(mode="json") for pack in self.policies.packs]
        for value in (value for pack in packs for value in pack["values"]):
            value["value"] = values.get(value["key"], value["value"])
        return replace(self, policies=Library(tuple(Pack.model_validate(p) for p in packs)))

    def state(self) -> Any:
        state = self.initial
        for each in as_recorded(self.history, self.service):
            state = self.evolve(state, each)
        return state

    def context(self, command: str = "") -> Context:
        """What a decision is given to decide in."""
        now = self.now.astimezone(UTC)
        return Context(
            now=now,
            actor=self.actor,
            policies=self.policies,
            new_id=lambda: uuid7(now),
            command=command,
            subject=self.subject,
        )

    def when(self, decision: Callable[..., Any], command: Any) -> Outcome:
        context = self.context(decision.__name__)
        try:
            made = decision(self.state(), command, self.facts, context)
        except InvalidField as error:
            return Outcome(invalid=error.field)
        except RuleBroken as refusal:
            return Outcome(
                broken=tuple(c.rule for c in refusal.checks),
                texts=tuple(c.text for c in refusal.checks),
            )
        events = (made,) if isinstance(made, Event) else tuple(made)
        decided = context.decision(accepted=True, on=events[0].on)
        return Outcome(events=events, decision=decided)

"""历史: causes come before effects, whatever the clocks say, and any cut adds up."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.audit import narrative
from services.audit.cuts import BeyondTheEnd, positions_of
from services.audit.history import cut, in_causal_order
from services.audit.knowledge import before
from services.audit.state import Dossier, Phase, evolve, fold
from shared.events import Event, Meta, Recorded, decode
from shared.events.refusals import RequestRefused
from shared.kernel.actor import EventRef
from shared.regulation.decision import Decision
from shared.regulation.rule import Check
from shared.web.settings import LOGS
from tests.audit.building import event, measured
from tests.shared.events.samples import stored
from tests.support.given_when_then import OFFICER

SAMPLES = {s.path.stem: decode(s.type, s.version, s.data) for s in stored()}
START = datetime(2026, 5, 6, 1, tzinfo=UTC)

at_any_speed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Told:
    """Events in the order in which they truly happened, each service with a clock of its own."""

    events: list[Recorded] = field(default_factory=list)

    def add(
        self,
        service: str,
        event: Event,
        at: datetime,
        basis: tuple[Recorded, ...] = (),
        cause: Recorded | None = None,
    ) -> Recorded:
        position = 1 + sum(r.ref.service == service for r in self.events)
        number = len(self.events) + 1
        decision = Decision(
            decision_id=UUID(int=1000 + number),
            command="decided",
            accepted=True,
            policy="511100-2022@1",
            decided_on=event.on,
            checks=(),
            basis=tuple(r.ref for r in basis),
        )
        made = Recorded(
            event=event,
            ref=EventRef(
                service=service,
                position=position,
                stream=event.stream,
                version=position,
                event_id=UUID(int=number * 7919 % 1009),  # ids that do not sort as they were made
            ),
            stored_meta=Meta(
                actor=OFFICER,
                command="decided",
                policy="511100-2022@1",
                causation_id=str(cause.ref.event_id) if cause else "",
                decision=decision,
            ),
            recorded_at=at,
        )
        self.events.append(made)
        return made


minutes = st.integers(min_value=-600, max_value=600).map(lambda n: timedelta(minutes=n))


@st.composite
def told(draw: st.DrawFn, *, honest_clocks: bool = False) -> list[Recorded]:
    """Up to a dozen events of several services, resting on and caused by earlier ones."""
    skews = {s: timedelta() if honest_clocks else draw(minutes) for s in LOGS}
    story = Told()
    for number in range(draw(st.integers(min_value=0, max_value=12))):
        before = st.sampled_from(story.events) if story.events else st.nothing()
        service = draw(st.sampled_from(LOGS))
        sample = draw(st.sampled_from(list(SAMPLES.values())))
        days = draw(st.integers(min_value=-30, max_value=0))
        story.add(
            service,
            sample.model_copy(update={"on": START.date() + timedelta(days=days)}),
            START + timedelta(minutes=number) + skews[service],
            basis=tuple(draw(st.lists(before, max_size=3))) if story.events else (),
            cause=draw(st.none() | before) if story.events else None,
        )
    return story.events


def ids(events: list[Recorded]) -> list[UUID]:
    return [r.ref.event_id for r in events]


def causes_of(recorded: Recorded) -> set[UUID]:
    caused_by = {UUID(recorded.meta.causation_id)} if recorded.meta.causation_id else set()
    decision = recorded.meta.decision
    return caused_by | ({r.event_id for r in decision.basis} if decision else set())


# -- order --------------------------------------------------------------------------------------


@at_any_speed
@given(told(), st.data())
def test_causes_precede_effects_and_each_log_keeps_its_order(
    truth: list[Recorded], data: st.DataObject
) -> None:
    # Any part of the story, in any order: an auditor may ask before everything has arrived.
    known = data.draw(st.permutations(truth))[: data.draw(st.integers(0, len(truth)))]
    ordered = in_causal_order(known)
    place = {event_id: number for number, event_id in enumerate(ids(ordered))}
    assert sorted(ids(ordered)) == sorted(ids(known))
    for recorded in ordered:
        for cause in causes_of(recorded) & place.keys():
            assert place[cause] < place[recorded.ref.event_id]
    for one, other in combinations(ordered, 2):
        if one.ref.service == other.ref.service:
            assert one.ref.position < other.ref.position


@at_any_speed
@given(told(), st.data())
def test_the_order_does_not_depend_on_how_events_arrived(
    truth: list[Recorded], data: st.DataObject
) -> None:
    arrived = data.draw(st.permutations(truth))
    assert ids(in_causal_order(arrived)) == ids(in_causal_order(truth))
    assert ids(in_causal_order([*arrived, *truth])) == ids(in_causal_order(truth))


@at_any_speed
@given(told(honest_clocks=True), st.data())
def test_where_clocks_agree_it_is_the_true_order(
    truth: list[Recorded], data: st.DataObject
) -> None:
    assert in_causal_order(data.draw(st.permutations(truth))) == truth


def test_a_clock_an_hour_fast_does_not_put_the_effect_first() -> None:
    story = Told()
    hour = timedelta(hours=1)
    submitted = story.add("approval", SAMPLES["DocumentSubmitted.v1"], START + hour)
    replied = story.add("approval", SAMPLES["ReplyIssued.v1"], START + hour, basis=(submitted,))
    scheduled = story.add("acceptance", SAMPLES["AcceptanceScheduled.v1"], START, cause=replied)
    included = story.add("budget", SAMPLES["BudgetIncluded.v1"], START, basis=(replied,))
    assert in_causal_order([scheduled, included, replied, submitted]) == [
        submitted,
        replied,
        included,  # of one instant: in the order of a project's life
        scheduled,
    ]


def test_what_happened_at_the_same_instant_stands_in_the_order_of_a_projects_life() -> None:
    story = Told()
    for service in reversed(LOGS):
        story.add(service, SAMPLES["ReplyCopied.v1"], START)
    assert [r.ref.service for r in in_causal_order(story.events)] == list(LOGS)


def test_no_event_is_lost_where_forged_causes_go_in_a_circle() -> None:
    story = Told()
    first = story.add("registry", SAMPLES["ProjectDeclared.v1"], START)
    second = story.add("approval", SAMPLES["DocumentSubmitted.v1"], START, basis=(first,))
    third = story.add("approval", SAMPLES["ReplyIssued.v1"], START, basis=(second,))
    forged = replace(first, stored_meta=first.meta.model_copy(update={"causation_id": _id(third)}))
    itself = story.add("budget", SAMPLES["BudgetIncluded.v1"], START + timedelta(days=1))
    itself = replace(
        itself, stored_meta=itself.meta.model_copy(update={"causation_id": _id(itself)})
    )
    assert in_causal_order([itself, third, second, forged]) == [forged, second, third, itself]


def _id(recorded: Recorded) -> str:
    return str(recorded.ref.event_id)


# -- cuts ---------------------------------------------------------------------------------------

days = st.none() | st.integers(-31, 1).map(lambda n: START.date() + timedelta(days=n))
instants = st.none() | minutes.map(lambda offset: START + offset)
some_steps = st.none() | st.integers(0, 13)


@at_any_speed
@given(told(), days, instants, some_steps)
def test_cuts_combine(
    truth: list[Recorded], valid_at: date | None, known_at: datetime | None, steps: int | None
) -> None:
    ordered = in_causal_order(truth)
    chosen = cut(ordered, valid_at=valid_at, known_at=known_at, steps=steps)
    by_steps = cut(ordered, steps=steps)
    assert chosen == cut(cut(by_steps, valid_at=valid_at), known_at=known_at)
    assert chosen == cut(cut(by_steps, known_at=known_at), valid_at=valid_at)
    assert chosen == [
        r
        for number, r in enumerate(ordered, 1)
        if (steps is None or number <= steps)
        and (valid_at is None or r.on <= valid_at)
        and (known_at is None or r.recorded_at <= known_at)
    ]


def test_a_cut_includes_its_own_day_instant_and_step() -> None:
    story = Told()
    made = story.add("registry", SAMPLES["ProjectDeclared.v1"], START)
    moment = timedelta(microseconds=1)
    assert cut([made], valid_at=made.on, known_at=START, steps=1) == [made]
    assert cut([made], valid_at=made.on - timedelta(days=1)) == []
    assert cut([made], known_at=START - moment) == []
    assert cut([made], steps=0) == []
    assert cut([made]) == [made]


@at_any_speed
@given(told(), instants, instants)
def test_what_was_known_is_known_ever_after(
    truth: list[Recorded], one: datetime | None, other: datetime | None
) -> None:
    ordered = in_causal_order(truth)
    earlier, later = sorted((one or START, other or START))
    known = cut(ordered, known_at=earlier)
    assert cut(cut(ordered, known_at=later), known_at=earlier) == known
    assert {*ids(known)} <= {*ids(cut(ordered, known_at=later))}


@at_any_speed
@given(told(), st.data())
def test_a_cut_by_position_is_the_beginning_of_each_log(
    truth: list[Recorded], data: st.DataObject
) -> None:
    ordered = in_causal_order(truth)
    heads = {s: max((r.ref.position for r in truth if r.ref.service == s), default=0) for s in LOGS}
    assert cut(ordered, positions=heads) == ordered
    assert cut(ordered, positions=dict.fromkeys(LOGS, 0)) == []
    places = {
        s: data.draw(st.integers(0, heads[s])) for s in data.draw(st.sets(st.sampled_from(LOGS)))
    }
    chosen = cut(ordered, positions=places)
    for service in LOGS:
        reach = places.get(service, heads[service])
        kept = [r.ref.position for r in chosen if r.ref.service == service]
        assert sorted(kept) == list(range(1, reach + 1))


@at_any_speed
@given(told(), st.data())
def test_a_version_is_the_position_at_which_its_stream_reached_it(
    truth: list[Recorded], data: st.DataObject
) -> None:
    ordered = in_causal_order(truth)
    streams = sorted({(r.ref.service, r.ref.stream) for r in truth})
    for service, stream in streams:
        versions = sorted(
            r.version for r in truth if (r.ref.service, r.ref.stream) == (service, stream)
        )
        version = data.draw(st.sampled_from(versions))
        places = positions_of(truth, stream, {service: version})
        of_stream = [
            r.version
            for r in cut(ordered, positions=places)
            if (r.ref.service, r.ref.stream) == (service, stream)
        ]
        assert max(of_stream) == version
        with pytest.raises(BeyondTheEnd):
            positions_of(truth, stream, {service: versions[-1] + 1})


# -- what was known at a decision ----------------------------------------------------------------


@at_any_speed
@given(told(honest_clocks=True), st.data())
def test_at_a_decision_everything_is_known_to_come_later_or_none_of_both(
    truth: list[Recorded], data: st.DataObject
) -> None:
    if not truth:
        return
    event = data.draw(st.sampled_from(truth))
    found = before(event, [event], truth)
    known, later = {*ids([*found.known])}, {*ids([*found.came_later])}
    assert not known & later
    assert event.ref.event_id not in known | later
    assert causes_of(event) <= known
    for recorded in truth:
        own = recorded.ref.service == event.ref.service
        if own and recorded.ref.position < event.ref.position:
            assert recorded.ref.event_id in known
        if own and recorded.ref.position > event.ref.position:
            assert recorded.ref.event_id not in known
        if recorded.ref.event_id in later:
            assert recorded.on <= event.on


# -- state --------------------------------------------------------------------------------------


@at_any_speed
@given(told())
def test_step_by_step_it_comes_to_the_same_as_all_at_once(truth: list[Recorded]) -> None:
    ordered = in_causal_order(truth)
    dossier = Dossier()
    for number, recorded in enumerate(ordered, 1):
        dossier = evolve(dossier, recorded)
        assert dossier == fold(cut(ordered, steps=number))
    assert dossier == fold(ordered)
    assert dossier.events == len(ordered)


def dossier_of(*names: str) -> Dossier:
    story = Told()
    for number, name in enumerate(names):
        story.add("approval", SAMPLES[f"{name}.v1"], START + timedelta(minutes=number))
    return fold(story.events)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), {"phase": Phase.NONE, "events": 0}),
        (("ProjectDeclared",), {"phase": Phase.DECLARED, "plan_year": 2026}),
        (("ProjectDeclared", "DeclarationWithdrawn"), {"phase": Phase.WITHDRAWN}),
        (("OpinionGiven", "DocumentSubmitted"), {"opinions": (), "phase": Phase.IN_APPROVAL}),
        (
            ("DocumentSubmitted", "OpinionGiven", "OpinionCarriedForward"),
            {"opinions": ("CRY:CRYPTOGRAPHY:CONDITIONAL", "FIN:FUNDS:CARRIED")},
        ),
        (("ReplyIssued", "ChangeFiled"), {"moved": 31_000_000, "approved_total": 386_000_000}),
        (("ReplyIssued", "ChangeFiled", "ChangeApproved"), {"moved": 0}),
        (("AcceptanceScheduled", "AcceptanceOverdue"), {"overdue": True}),
        (
            ("AcceptanceScheduled", "AcceptanceOverdue", "ExtensionGranted"),
            {"overdue": False, "acceptance_due_on": date(2027, 5, 31)},
        ),
        (("AcceptanceOverdue", "AcceptanceConcluded"), {"phase": Phase.ACCEPTED, "overdue": False}),
        (("ReplyIssued", "ChangeFiled", "FilingDisputed"), {"moved": 9_000_000}),
        (("ReplyIssued", "ConstructionSuspended"), {"suspended": True}),
        (("ConstructionSuspended", "ConstructionResumed"), {"suspended": False}),
        (("ReplyIssued", "ProjectTerminated"), {"phase": Phase.TERMINATED}),
        (("ContractRecorded", "ContractRecorded"), {"contracted": 2 * 324_800_000}),
        (("RequestRefused", "RequestRefused"), {"refusals": 2, "phase": Phase.NONE}),
    ],
)
def test_a_dossier_says_where_a_project_stands(
    names: tuple[str, ...], expected: dict[str, Any]
) -> None:
    dossier = dossier_of(*names)
    assert {name: getattr(dossier, name) for name in expected} == expected


IMPOSED = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ([event("ReplyIssued", final=False)], {"phase": Phase.FEASIBILITY_REPLIED}),
        ([event("ReplyIssued", final=True)], {"phase": Phase.IMPLEMENTING}),
        ([event("AcceptanceConcluded", variant="failed")], {"phase": Phase.ACCEPTANCE_FAILED}),
        (
            [event("AcceptanceOverdue"), event("AcceptanceConcluded", variant="failed")],
            {"overdue": True},
        ),
        # A day ahead lifts what was overdue, a day already past does not.
        (
            [event("AcceptanceOverdue"), event("AcceptanceScheduled", IMPOSED, due_on=IMPOSED)],
            {"overdue": False},
        ),
        (
            [
                event("AcceptanceOverdue"),
                event("AcceptanceScheduled", IMPOSED, due_on=IMPOSED - timedelta(days=1)),
            ],
            {"overdue": True},
        ),
        ([event("AcceptanceScheduled", IMPOSED, due_on=START.date())], {"overdue": False}),
        (
            [measured("TERMINATION", IMPOSED)],
            {"phase": Phase.TERMINATED, "suspended": False},
        ),
        ([measured("SUSPENSION", IMPOSED)], {"phase": Phase.NONE, "suspended": True}),
        ([measured("INVESTMENT_DEFERRED", IMPOSED)], {"phase": Phase.NONE, "suspended": False}),
        (
            [measured("SUSPENSION", IMPOSED), event("MeasureLifted", kind="SUSPENSION")],
            {"suspended": False},
        ),
        ([measured("SUSPENSION", IMPOSED), event("MeasureLifted")], {"suspended": True}),
    ],
)
def test_what_an_act_decides_is_what_the_dossier_says(
    given_: list[Event], expected: dict[str, Any]
) -> None:
    story = Told()
    for number, each in enumerate(given_):
        story.add("acceptance", each, START + timedelta(minutes=number))
    dossier = fold(story.events)
    assert {name: getattr(dossier, name) for name in expected} == expected


# -- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_an_auditor_reads_every_event_in_one_chinese_line(name: str) -> None:
    line = narrative.line(SAMPLES[name])
    assert any("\u4e00" <= character <= "\u9fff" for character in line)
    assert "\n" not in line
    assert "None" not in line


def test_a_refusal_names_its_articles_once_each() -> None:
    refused = SAMPLES["RequestRefused.v1"]
    assert isinstance(refused, RequestRefused)
    twice = refused.model_copy(update={"articles": ("22", "22", "24")})
    assert narrative.line(twice) == "issue_reply：第22条；第24条"


def test_a_refusal_tells_what_stood_against_it() -> None:
    def check(text: str, *, holds: bool) -> Check:
        return Check(
            rule="r", article="29", row="29-1", mode="HARD", says="s", holds=holds, text=text
        )

    decision = Decision(
        decision_id=UUID(int=1),
        command="file_change",
        accepted=False,
        policy="511100-2022@1",
        decided_on=date(2026, 5, 6),
        checks=(
            check("情形成立", holds=True),
            check("累计800000.00元，上限750000.00元", holds=False),
        ),
        basis=(),
    )
    refused = SAMPLES["RequestRefused.v1"].model_copy(update={"command": "file_change"})
    assert narrative.line(refused, decision) == "file_change：累计800000.00元，上限750000.00元"

"""红旗: each shows at its figure, and one 分, day or event short of it shows nothing."""

import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.flags_page import definitions, markdown
from services.audit.flags import FLAGS
from services.audit.flags.answer import FlagFilter, Hit, hits, key_of
from services.audit.flags.flag import bursts
from shared.events import Event
from shared.regulation.pack import installed
from tests.audit.building import EVERY, UNIT, event
from tests.audit.building import recorded as as_recorded
from tests.audit.flag_cases import CASES, DAY, FIRST, KNOWN, SEEDED, filed, late, replied
from tests.audit.flagged import LAST, Step, found, number, seen
from tests.support.builders import OTHER_UNIT

ROWS = [(rule, n) for rule, cases in CASES.items() for n in range(len(cases))]


def test_every_flag_has_cases() -> None:
    assert CASES.keys() == FLAGS.keys()


@pytest.mark.parametrize(("rule", "case"), ROWS)
def test_a_flag_shows_at_its_figure_and_not_short_of_it(rule: str, case: int) -> None:
    showing, arithmetic, not_quite = CASES[rule][case]
    shown = [hit for hit in found(rule, *showing) if arithmetic in hit.arithmetic]
    assert len(shown) == 1, [hit.arithmetic for hit in found(rule, *showing)]
    assert shown[0].events
    assert shown[0].articles == FLAGS[rule].articles
    assert found(rule, *not_quite) == []


@pytest.mark.parametrize("rule", CASES)
def test_a_flag_shows_from_the_day_of_its_last_event(rule: str) -> None:
    showing = CASES[rule][0][0]
    (hit,) = found(rule, *showing)
    assert hit.on == max(each.on for each in hit.events)
    assert found(rule, *showing, as_of=hit.on)[0].hit_id == hit.hit_id
    assert found(rule, *showing, as_of=hit.on - DAY) == []


@pytest.mark.parametrize("rule", CASES)
def test_a_hit_cites_events_that_are_on_record_and_figures_of_its_day(rule: str) -> None:
    showing = CASES[rule][0][0]
    city = seen(showing)
    (hit,) = hits(city, FlagFilter(rule=rule))
    for each in hit.events:
        kept = city.shelves.by_id[each.event_id]
        assert (kept.ref.service, kept.ref.position) == (each.service, each.position)
        assert (kept.event.type, kept.on) == (each.type, each.on)
    policy = installed().known_on(hit.on)
    assert {p.key: p.value for p in hit.parameters} == {
        **{key: str(policy.threshold(key)) for key in FLAGS[rule].thresholds},
        **{key: policy.text(key) for key in FLAGS[rule].values},
    }


# -- all of them at once ------------------------------------------------------------------------


def test_the_seeded_city_shows_what_was_put_into_it_and_nothing_else() -> None:
    shown = hits(seen(SEEDED), FlagFilter())
    assert sorted(hit.rule for hit in shown) == KNOWN
    assert [key_of(hit) for hit in shown] == sorted(map(key_of, shown), reverse=True)


@pytest.mark.parametrize(
    ("wanted", "rules"),
    [
        ({"unit_id": OTHER_UNIT}, ["near-merged-plan-limit"]),
        ({"project_id": number(22)}, ["split-projects"]),
        ({"from": date(2026, 6, 1), "rule": "cumulative-change-near-limit"}, KNOWN[2:3]),
        ({"from": date(2026, 6, 2)}, []),
        ({"to": FIRST - DAY}, []),
        ({"to": FIRST, "unit_id": UNIT}, [KNOWN[3], *KNOWN[5:7], KNOWN[8]]),
    ],
)
def test_hits_are_found_by_what_they_fit(wanted: dict[str, Any], rules: list[str]) -> None:
    shown = hits(seen(SEEDED), FlagFilter.model_validate(wanted))
    assert sorted(hit.rule for hit in shown) == rules


def test_pages_follow_each_other_without_gap_or_overlap() -> None:
    city, whole = seen(SEEDED), hits(seen(SEEDED), FlagFilter())
    paged: list[Hit] = []
    before = None
    while page := hits(city, FlagFilter(limit=2), before):
        paged += page[:2]
        before = key_of(paged[-1])
    assert paged == whole


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_different_projects_does_not_matter(shuffle: random.Random) -> None:
    queues: dict[str, list[Event | Step]] = {}
    for each in SEEDED:
        stream = (each.event if isinstance(each, Step) else each).stream
        queues.setdefault(stream, []).append(each)
    mixed: list[Event | Step] = []
    while queues:
        stream = shuffle.choice(sorted(queues))
        mixed.append(queues[stream].pop(0))
        if not queues[stream]:
            del queues[stream]

    def told(steps: Sequence[Event | Step]) -> set[tuple[str, str, date, tuple[Any, ...]]]:
        shown = hits(seen(steps), FlagFilter())
        return {(h.rule, h.arithmetic, h.on, tuple(sorted(map(str, h.project_ids)))) for h in shown}

    assert told(mixed) == told(SEEDED)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=12), st.integers(1, 20), st.integers(1, 4))
def test_a_burst_holds_exactly_the_events_that_have_enough_neighbours(
    days: list[int], span: int, least: int
) -> None:
    events = as_recorded(*(late(FIRST + day * DAY) for day in days))
    ordered = sorted(days)
    windows = [ordered[i : i + least] for i in range(len(ordered) - least + 1)]
    wanted = {day for w in windows if w[-1] - w[0] <= span for day in w}
    shown = [r for run in bursts(events, span, least) for r in run]
    assert {(r.on - FIRST).days for r in shown} == wanted
    assert all(len(run) >= least for run in bursts(events, span, least))


def test_a_threshold_of_another_day_leaves_what_was_before_as_it_was() -> None:
    pack = installed().packs[-1]
    (known,) = pack.flags["cumulative_percent"]
    later = known.model_copy(update={"since": date(2027, 1, 1), "value": 10})
    changed = pack.model_copy(
        update={"flags": {**pack.flags, "cumulative_percent": (known, later)}}
    )
    policies = type(installed())((changed,))
    below = [replied(), filed("120000.00", date(2026, 12, 31))]
    again = [replied(), filed("120000.00", date(2027, 1, 1))]
    for steps, count in ((below, 0), (again, 1)):
        city = seen(steps)
        city = type(city)(city.shelves, LAST, policies, city.calendar)
        assert len(hits(city, FlagFilter(rule="cumulative-change-near-limit"))) == count


def test_a_delegation_is_shown_with_the_event() -> None:
    (hit,) = found("same-person-both-sides", *CASES["same-person-both-sides"][1][0])
    assert [(e.person, e.for_person) for e in hit.events] == [("unit-1", None), ("x", "unit-1")]


def test_the_published_page_is_equal_to_the_code() -> None:
    page = Path(__file__).parents[2] / "docs" / "flags.md"
    assert page.read_text("utf-8") == markdown(definitions()), (
        "docs/flags.md: run python -m deploy.flags_page > docs/flags.md"
    )


def test_every_threshold_of_the_pack_is_read_by_a_flag() -> None:
    read = {key for flag in FLAGS.values() for key in flag.thresholds}
    assert read == installed().packs[-1].flags.keys()


@pytest.mark.parametrize("backwards", [False, True], ids=["as told", "backwards"])
def test_no_cut_of_the_record_is_too_odd_for_a_flag(*, backwards: bool) -> None:
    told = [event(name, variant=variant) for name, variant in EVERY]
    if backwards:
        told.reverse()
    for as_of in sorted({each.on for each in told}):
        hits(seen(told, as_of), FlagFilter())

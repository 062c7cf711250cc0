"""规则和决定: a rule cites and explains itself; a decision keeps all that was checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from shared.kernel.actor import Actor, EventRef
from shared.kernel.money import Money
from shared.regulation import Context, Decision, RuleBroken, Verdict, article, broken, holds
from shared.regulation import rule as rule_module
from shared.regulation.decision import InvalidField
from shared.regulation.pack import NoPolicyInForce, installed
from shared.regulation.rule import Check, Mode, Rule

NOON = datetime(2026, 5, 6, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def rules_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The rules made here stay out of the catalogue of the product."""
    monkeypatch.setattr(rule_module, "RULES", {})
    yield


def reference(number: int) -> EventRef:
    return EventRef(
        service="approval",
        position=number,
        stream="project:p",
        version=number,
        event_id=UUID(int=number),
    )


def moved_money_rule() -> Rule[[Money, Money]]:
    @article(29, row="29-1", says="累计调整不超过上限", remedy="改按第二十八条报批")
    def moved_stays_below(moved: Money, limit: Money) -> Verdict:
        """Not more than the limit."""
        return holds(
            moved <= limit,
            f"累计调整{moved}元，上限{limit}元",
            basis=[reference(1), None, reference(2)],
            moved=moved,
        )

    return moved_stays_below


def always_broken_rule() -> Rule[[]]:
    @article(24, row="24-1", says="须经评估", remedy="组织评估论证", mode="GATE")
    def evaluation_is_there() -> Verdict:
        return broken("尚无评估论证", basis=[reference(2), reference(3)])

    return evaluation_is_there


# -- a rule -------------------------------------------------------------------------------------


def test_a_checked_rule_carries_its_citation_and_its_arithmetic() -> None:
    check = moved_money_rule()(Money.of("150000.01"), Money.of("150000.00"))
    assert check == Check(
        rule="moved_stays_below",
        article="29",
        row="29-1",
        mode="HARD",
        says="累计调整不超过上限",
        holds=False,
        text="累计调整150000.01元，上限150000.00元",
        inputs={"moved": "150000.01"},
        remedy="改按第二十八条报批",
        basis=(reference(1), reference(2)),
    )


def test_a_rule_that_holds_needs_no_remedy() -> None:
    check = moved_money_rule()(Money.of("150000.00"), Money.of("150000.00"))
    assert (check.holds, check.remedy) == (True, "")


def test_a_check_is_written_and_read_back_as_it_is() -> None:
    check = moved_money_rule()(Money.of("1.00"), Money.of("0.00"))
    wire = TypeAdapter(Check)
    assert wire.validate_json(wire.dump_json(check)) == check


def test_a_rule_keeps_its_name_and_words() -> None:
    rule = moved_money_rule()
    assert (rule.name, rule.article, rule.service) == ("moved_stays_below", "29", "shared")
    assert rule.__doc__ == "Not more than the limit."
    assert dict(rule_module.RULES) == {"moved_stays_below": rule}


def test_no_two_rules_have_one_name() -> None:
    moved_money_rule()
    with pytest.raises(ValueError, match="two rules are named moved_stays_below"):
        moved_money_rule()


def test_a_rule_binds_in_a_known_mode() -> None:
    assert always_broken_rule()().mode == "GATE"
    with pytest.raises(ValueError, match="MAYBE"):
        article(1, row="1-1", says="甲", remedy="乙", mode=cast(Mode, "MAYBE"))(
            lambda: broken("丙")
        )


def test_what_holds_is_a_truth_not_a_thing() -> None:
    assert holds(bool("x"), "有").holds is True
    assert broken("无").holds is False
    assert holds(True, "有", number=3, day=date(2026, 5, 6)).inputs == {
        "number": "3",
        "day": "2026-05-06",
    }


# -- a decision ---------------------------------------------------------------------------------


@dataclass
class Paper:
    on: date | None = None


def context(now: datetime = NOON) -> Context:
    ids = iter(range(1, 100))
    return Context(
        now=now,
        actor=Actor(person="officer-1", name="张三", body="DRC", role="OFFICER"),
        policies=installed(),
        new_id=lambda: UUID(int=next(ids)),
        command="file_change",
        subject=str(UUID(int=7)),
    )


def test_all_broken_rules_are_reported_at_once_and_the_kept_ones_recorded() -> None:
    within, evaluated = moved_money_rule(), always_broken_rule()
    here = context()
    with pytest.raises(RuleBroken) as refusal:
        here.require(
            within(Money.of("1.00"), Money.of("2.00")),
            evaluated(),
            within(Money.of("3.00"), Money.of("2.00")),
        )
    assert [c.rule for c in refusal.value.checks] == ["evaluation_is_there", "moved_stays_below"]
    assert str(refusal.value) == "尚无评估论证；累计调整3.00元，上限2.00元"
    assert [c.text for c in here.checks] == [
        "累计调整1.00元，上限2.00元",
        "尚无评估论证",
        "累计调整3.00元，上限2.00元",
    ]


def test_what_held_in_an_earlier_step_stays_in_the_record() -> None:
    within, evaluated = moved_money_rule(), always_broken_rule()
    here = context()
    here.require(within(Money.of("1.00"), Money.of("2.00")))
    with pytest.raises(RuleBroken):
        here.require(evaluated())
    record = here.decision(accepted=False, on=here.today)
    assert [(c.rule, c.holds) for c in record.checks] == [
        ("moved_stays_below", True),
        ("evaluation_is_there", False),
    ]


def test_a_decision_names_command_policy_day_and_each_fact_once() -> None:
    here = context()
    within = moved_money_rule()
    here.require(within(Money.of("1.00"), Money.of("2.00")))
    here.require(within(Money.of("2.00"), Money.of("2.00")))
    here.checks.append(always_broken_rule()())
    record = here.decision(accepted=True, on=date(2026, 5, 4))
    assert (record.command, record.policy, record.decided_on, record.accepted) == (
        "file_change",
        "511100-2022@1",
        date(2026, 5, 4),
        True,
    )
    assert record.basis == (reference(1), reference(2), reference(3))
    assert Decision.model_validate_json(record.model_dump_json()) == record


def test_nothing_to_require_is_no_refusal() -> None:
    here = context()
    here.require()
    assert here.decision(accepted=True, on=here.today).checks == ()


# -- days ---------------------------------------------------------------------------------------


def test_an_act_bears_its_own_date_or_today() -> None:
    here = context()
    assert here.date_of(Paper()) == date(2026, 5, 6)
    assert here.date_of(Paper(date(2026, 5, 6))) == date(2026, 5, 6)
    assert here.date_of(Paper(date(2026, 4, 30))) == date(2026, 4, 30)


def test_an_act_of_tomorrow_is_malformed() -> None:
    with pytest.raises(InvalidField, match="文书日期 2026-05-07 晚于今天 2026-05-06") as error:
        context().date_of(Paper(date(2026, 5, 7)))
    assert error.value.field == "on"


def test_today_is_shanghais() -> None:
    midnight = datetime(2026, 5, 6, 16, 0, tzinfo=UTC)
    tomorrow = Paper(date(2026, 5, 7))
    assert context(midnight).date_of(tomorrow) == tomorrow.on
    with pytest.raises(InvalidField):
        context(midnight - timedelta(microseconds=1)).date_of(tomorrow)


def test_after_the_last_day_there_is_no_policy_to_decide_under() -> None:
    expiry = datetime(2027, 6, 24, 16, 0, tzinfo=UTC)
    assert context(expiry - timedelta(microseconds=1)).policy.reference == "511100-2022@1"
    with pytest.raises(NoPolicyInForce):
        _ = context(expiry).policy


def test_the_subject_is_read_as_an_id() -> None:
    assert context().subject_id == UUID(int=7)

"""Words that several services share: strict dates, strict flags, exact sums."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.events.vocabulary import (
    DeliveryMode,
    Document,
    Flag,
    FundingChannel,
    Item,
    LegalDate,
    Source,
    amount_of,
)
from shared.kernel.money import ZERO, Money

DAY = TypeAdapter(LegalDate)


@given(st.dates())
def test_a_legal_date_is_read_as_it_is_written(day: date) -> None:
    assert DAY.validate_json(DAY.dump_json(day)) == day
    assert DAY.validate_python(day) == day
    assert DAY.dump_json(day).decode() == f'"{day.isoformat()}"'


@pytest.mark.parametrize(
    "value",
    [
        0,
        20260506,
        1_777_996_800,
        1.5,
        True,
        None,
        "",
        "20260506",
        "2026-5-6",
        "2026-05",
        "2026/05/06",
        "06-05-2026",
        "2026-13-01",
        "2026-02-29",
        "2026-02-30",
        "0000-01-01",
        "26-05-06",
        "2026-05-06 ",
        "2026-05-06\n",
        "2026-05-06T00:00:00",
        "2026-05-06T00:00:00+08:00",
        "２０２６-05-06",
        "2026年5月6日",
        datetime(2026, 5, 6),
        datetime(2026, 5, 6, tzinfo=UTC),
    ],
)
def test_anything_but_a_day_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(value)


@pytest.mark.parametrize("number", ["0", "20260506", "1777996800", "null", "true"])
def test_json_numbers_are_no_dates(number: str) -> None:
    with pytest.raises(ValidationError, match="日期须为 YYYY-MM-DD"):
        DAY.validate_json(number)


@pytest.mark.parametrize("value", ['"true"', '"yes"', "1", "0", "null"])
def test_a_flag_is_true_or_false_and_nothing_like_it(value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Flag).validate_json(value)


def test_a_code_has_its_label_and_its_schema_explains_it() -> None:
    assert DeliveryMode("SELF_BUILD").label == "自行建设"
    schema = TypeAdapter(DeliveryMode).json_schema()
    assert schema["enum"] == ["SELF_BUILD", "SERVICE_PURCHASE"]
    assert schema["x-enum-descriptions"] == ["自行建设", "购买服务"]
    for wrong in ("自行建设", "self_build", ""):
        with pytest.raises(ValueError, match="not a valid DeliveryMode"):
            DeliveryMode(wrong)


@given(st.lists(st.integers(min_value=0, max_value=10**12)))
def test_an_estimate_is_the_sum_of_its_lines(fens: list[int]) -> None:
    items = [Item(code="A1", name="软件", amount=Money(fen)) for fen in fens]
    sources = [Source(channel=FundingChannel.MUNICIPAL, amount=Money(fen)) for fen in fens]
    assert amount_of(items) == amount_of(sources) == sum(fens, ZERO)


def test_a_document_without_a_digest_is_none() -> None:
    with pytest.raises(ValidationError, match="digest"):
        Document.model_validate({"title": "批复", "number": "乐发改审〔2026〕1号"})

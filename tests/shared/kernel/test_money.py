"""金额: 元 with two places outside, whole 分 inside, nothing in between."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from shared.kernel.model import Record
from shared.kernel.money import ZERO, Money, total

WIRE = TypeAdapter(Money)
LARGEST = "999999999999999.99"

amounts = st.integers(min_value=0, max_value=10**17 - 1).map(Money)
written = st.from_regex(r"(0|[1-9][0-9]{0,14})\.[0-9]{2}", fullmatch=True)


@given(written)
def test_what_is_read_is_written_again(yuan: str) -> None:
    assert str(Money.of(yuan)) == yuan
    assert WIRE.dump_json(WIRE.validate_json(f'"{yuan}"')).decode() == f'"{yuan}"'


@given(amounts)
def test_what_is_written_is_read_again(amount: Money) -> None:
    assert Money.of(str(amount)) == amount
    assert WIRE.validate_python(amount) == amount


def test_yuan_are_a_hundred_fen() -> None:
    assert Money.of("5000000.00") == 500_000_000
    assert Money.of("0.01") == 1
    assert Money.of(LARGEST) == 10**17 - 1


@given(st.lists(amounts))
def test_sums_are_exact_and_stay_money(parts: list[Money]) -> None:
    in_fen = sum(int(part) for part in parts)
    assert total(parts) == in_fen
    by_hand = ZERO
    for part in parts:
        by_hand += part
    assert (by_hand, type(by_hand)) == (in_fen, Money)
    assert type(sum(parts, ZERO)) is Money


def test_ten_times_ten_fen_are_one_yuan() -> None:
    assert str(total([Money.of("0.10")] * 10)) == "1.00"
    assert total([]) == ZERO


@given(amounts, amounts)
def test_a_difference_may_be_negative_and_says_so(one: Money, other: Money) -> None:
    difference = one - other
    assert type(difference) is Money
    assert difference + other == one
    assert str(difference).startswith("-") is (one < other)
    assert f"{difference}" == str(difference)
    assert str(difference).removeprefix("-") == str(Money(abs(one - other)))


@pytest.mark.parametrize(
    "outside",
    [
        1,
        100,
        1.0,
        True,
        None,
        "1",
        "1.0",
        "1.000",
        "1.",
        ".50",
        "01.00",
        "00.00",
        "-1.00",
        "+1.00",
        "1,000.00",
        "1 000.00",
        "1_000.00",
        "1e2",
        "1.00e2",
        "NaN",
        "Infinity",
        " 1.00",
        "1.00 ",
        "1.00\n",
        "1.00元",
        "¥1.00",
        "１.００",
        "١.٠٠",
        "1．00",
        "",
        "1000000000000000.00",
        "9" * 400 + ".00",
    ],
)
def test_anything_else_is_refused(outside: object) -> None:
    with pytest.raises(ValidationError, match="金额须为以元为单位"):
        WIRE.validate_python(outside)


@pytest.mark.parametrize("number", ["1", "1.00", "1e2", "true", "null"])
def test_json_numbers_are_no_amounts(number: str) -> None:
    with pytest.raises(ValidationError):
        WIRE.validate_json(number)


class Payment(Record):
    amount: Annotated[Money, Field(gt=0)]


def test_an_amount_to_pay_is_above_zero() -> None:
    assert Payment.model_validate({"amount": "0.01"}).amount == 1
    with pytest.raises(ValidationError):
        Payment.model_validate({"amount": "0.00"})

"""Identifiers: valid vectors, and every way of being nearly one."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.identifiers import (
    Digest,
    DivisionCode,
    ProjectCode,
    UnitId,
    credit_code,
    credit_code_check,
    project_code,
    uuid7,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# -- 统一社会信用代码 -------------------------------------------------------------------------

VALID_CODES = [
    "91350100M000100Y43",  # the example of GB 32100-2015 itself
    "11320000MB151840XJ",
    "11511100MB1A2B3CXE",
    "11511100008660011N",
    "1151110000866002XE",
    "125111004523000123",
    "91511100MA62A1B23N",
]


@pytest.mark.parametrize("code", VALID_CODES)
def test_valid_credit_codes_pass(code: str) -> None:
    assert credit_code(code) == code
    assert TypeAdapter(UnitId).validate_python(code) == code


@pytest.mark.parametrize("code", VALID_CODES)
def test_any_single_changed_character_is_found(code: str) -> None:
    for place, right in enumerate(code):
        for wrong in ALPHABET.replace(right, ""):
            with pytest.raises(ValueError, match="校验位"):
                credit_code(code[:place] + wrong + code[place + 1 :])


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17))
def test_every_body_of_seventeen_has_one_check_character(first17: str) -> None:
    passing = []
    for check in ALPHABET:
        try:
            passing.append(credit_code(first17 + check))
        except ValueError:
            continue
    assert passing == [first17 + credit_code_check(first17)]


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17), st.integers(min_value=0, max_value=15))
def test_two_neighbours_changing_places_are_found(first17: str, place: int) -> None:
    one, other = first17[place], first17[place + 1]
    swapped = first17[:place] + other + one + first17[place + 2 :]
    assert (credit_code_check(swapped) == credit_code_check(first17)) is (one == other)


def test_a_remainder_of_zero_is_written_as_zero_and_thirty_as_y() -> None:
    assert credit_code_check("0" * 17) == "0"
    assert credit_code_check("1" + "0" * 16) == "Y"


def test_letters_count_by_their_place_in_the_alphabet_and_the_sum_is_taken_from_31() -> None:
    # Two widespread mistakes: letters by character code, and the remainder itself as the check.
    first17, check = "91350100M000100Y4", "3"
    by_character_code = sum(
        (int(c) if c.isdigit() else ord(c) - ord("A") + 10) * pow(3, place, 31)
        for place, c in enumerate(first17)
    )
    not_taken_from_31 = sum(
        ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(first17)
    )
    assert credit_code_check(first17) == check
    assert ALPHABET[-by_character_code % 31] != check
    assert ALPHABET[not_taken_from_31 % 31] != check


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y4Z",  # I, O, S, V, Z are not in the alphabet, in no place
        "9135O100M000100Y43",
        "91350I00M000100Y43",
        "91350100M000100S43",
        "91350100V000100Y43",
        "91350100m000100y43",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "91350100-M000100Y43",
        " 91350100M000100Y43",
        "91350100M000100Y43\n",
        "９1350100M000100Y43",
        "510000000000001",  # the old registration number of 15 digits
        "",
    ],
)
def test_what_is_not_of_the_alphabet_or_the_length_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="须为18位"):
        credit_code(code)
    with pytest.raises(ValidationError):
        TypeAdapter(UnitId).validate_python(code)


# -- 项目代码 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("month", range(1, 13))
def test_a_project_code_begins_with_year_and_month(month: int) -> None:
    code = f"26{month:02}-511100-04-04-123456"
    assert project_code(code) == code
    assert TypeAdapter(ProjectCode).validate_python(code) == code


@pytest.mark.parametrize("year", range(2013, 2021))
def test_codes_before_the_switch_begin_with_the_year(year: int) -> None:
    assert project_code(f"{year}-510100-65-03-123456")


@pytest.mark.parametrize("year_month", ["2009", "2010", "2011", "2012"])
def test_what_looks_like_a_year_before_2013_is_a_month_of_2020(year_month: str) -> None:
    assert project_code(f"{year_month}-511100-04-04-123456")


@pytest.mark.parametrize("start", ["2600", "2613", "2699", "2021", "2099", "1999", "0000"])
def test_no_month_and_no_old_year_is_refused(start: str) -> None:
    with pytest.raises(ValueError, match="项目代码须形如"):
        project_code(f"{start}-511100-04-04-123456")


@pytest.mark.parametrize(
    "code",
    [
        "2608511100040412345 6",
        "2608-511100-04-04-12345",
        "2608-511100-04-04-1234567",
        "2608-51110-04-04-123456",
        "2608-511100-4-04-123456",
        "2608-511100-04-04-12345X",
        "2608－511100－04－04－123456",
        "２６08-511100-04-04-123456",
        "2608-51110٠-04-04-123456",
        "2608-511100-04-04-123456\n",
        " 2608-511100-04-04-123456",
        "川投资备【2108-511102-04-01-123456】FGQB-0001号",
        "",
    ],
)
def test_any_other_shape_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="项目代码须形如"):
        project_code(code)
    with pytest.raises(ValidationError):
        TypeAdapter(ProjectCode).validate_python(code)


# -- 行政区划代码, digests ------------------------------------------------------------------


@pytest.mark.parametrize("code", ["51110", "5111000", "51110A", "５11100", "511100\n"])
def test_a_division_code_has_six_digits(code: str) -> None:
    assert TypeAdapter(DivisionCode).validate_python("511100") == "511100"
    with pytest.raises(ValidationError):
        TypeAdapter(DivisionCode).validate_python(code)


@pytest.mark.parametrize(
    "digest", ["md5:" + "0" * 32, "sm3:" + "0" * 63, "sm3:" + "A" * 64, "0" * 64, "sha512:" + "0"]
)
def test_a_digest_names_its_algorithm_and_has_64_small_hex_digits(digest: str) -> None:
    for algorithm in ("sm3", "sha256"):
        assert TypeAdapter(Digest).validate_python(f"{algorithm}:{'0f' * 32}")
    with pytest.raises(ValidationError):
        TypeAdapter(Digest).validate_python(digest)


# -- UUIDv7 ---------------------------------------------------------------------------------------

instants = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
)


@given(instants)
def test_a_uuid7_bears_version_variant_and_the_exact_millisecond(instant: datetime) -> None:
    made = uuid7(instant)
    assert (made.version, made.variant) == (7, RFC_4122)
    since_1970 = instant - datetime(1970, 1, 1, tzinfo=UTC)
    assert made.int >> 80 == since_1970 // timedelta(milliseconds=1)


@pytest.mark.parametrize("year", [2026, 2038, 2039, 2100])
def test_no_millisecond_is_lost_to_rounding(year: int) -> None:
    start = datetime(year, 5, 6, 1, 2, 3, tzinfo=UTC)
    stamps = [uuid7(start + timedelta(milliseconds=n)).int >> 80 for n in range(1000)]
    assert stamps == list(range(stamps[0], stamps[0] + 1000))


@given(instants, st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=9)))
def test_later_ones_sort_after_earlier_ones(instant: datetime, later: timedelta) -> None:
    before, after = uuid7(instant), uuid7(instant + later)
    assert before < after
    assert str(before) < str(after)


def test_two_of_the_same_instant_differ() -> None:
    instant = datetime(2026, 5, 6, tzinfo=UTC)
    made: set[UUID] = {uuid7(instant) for _ in range(1000)}
    assert len(made) == 1000

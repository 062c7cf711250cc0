"""Strings from outside: one spelling, nothing that printers, parsers or databases stumble over."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.text import Code, Line, Text, clean

LINE = TypeAdapter(Line)
TEXT = TypeAdapter(Text)

CONTROLS = [chr(n) for n in [*range(0x20), 0x7F, *range(0x80, 0xA0)] if chr(n) not in "\t\n"]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda c: f"{ord(c):#04x}")
def test_control_characters_are_refused(control: str) -> None:
    for adapter in (LINE, TEXT):
        with pytest.raises(ValidationError, match="控制字符"):
            adapter.validate_python(f"智慧{control}教育")


@pytest.mark.parametrize("surrogate", ["\ud800", "\udbff", "\udc00", "\udfff", "\ud83d\ude00"])
def test_surrogates_are_refused(surrogate: str) -> None:
    with pytest.raises(ValueError, match="控制字符"):
        clean(f"智慧{surrogate}教育")
    with pytest.raises(ValidationError):
        LINE.validate_python(f"智慧{surrogate}教育")


@pytest.mark.parametrize("separator", ["\t", "\n", "\u2028", "\u2029"])
def test_prose_may_have_lines_but_a_line_is_one(separator: str) -> None:
    several = f"第一段{separator}第二段"
    assert TEXT.validate_python(several) == several
    with pytest.raises(ValidationError, match="须为一行"):
        LINE.validate_python(several)


def test_two_spellings_of_one_name_become_the_same() -> None:
    decomposed, composed = "Cafe\u0301", "Caf\u00e9"
    assert decomposed != composed
    assert LINE.validate_python(decomposed) == LINE.validate_python(composed) == composed
    assert TEXT.validate_python("\u212b") == "\u00c5"


@pytest.mark.parametrize("name", ["乐山市“智慧”教育平台（二期）　A—B", "𠀀𪚥", "👍🏽", "İ"])
def test_other_characters_pass_as_they_are(name: str) -> None:
    assert LINE.validate_python(name) == name


@given(st.text())
def test_what_passes_is_composed_free_of_controls_and_passes_again(value: str) -> None:
    try:
        passed = clean(value)
    except ValueError:
        assert any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\n" for c in value)
    else:
        assert unicodedata.is_normalized("NFC", passed)
        assert {unicodedata.category(c) for c in passed if c not in "\t\n"}.isdisjoint({"Cc", "Cs"})
        assert clean(passed) == passed
        passed.encode()


def test_blanks_around_are_cut_and_blanks_alone_are_nothing() -> None:
    assert LINE.validate_python("  教育局 \n") == "教育局"
    for blank in ("", "   ", "\t\n", "\u3000"):
        with pytest.raises(ValidationError):
            LINE.validate_python(blank)


def test_lengths_are_counted_in_characters() -> None:
    assert LINE.validate_python("长" * 200)
    assert TEXT.validate_python("长" * 20_000)
    with pytest.raises(ValidationError):
        LINE.validate_python("长" * 201)
    with pytest.raises(ValidationError):
        TEXT.validate_python("长" * 20_001)


@pytest.mark.parametrize("value", ["1", "1.5", "true", "null", '["a"]'])
def test_only_strings_are_text(value: str) -> None:
    with pytest.raises(ValidationError):
        LINE.validate_json(value)


def test_a_code_is_ascii_capitals() -> None:
    codes = TypeAdapter(Code)
    assert codes.validate_python("SELF_BUILD") == "SELF_BUILD"
    for wrong in ("", "self", "1A", "_A", "A-B", "自建", "A" * 65, "A\n"):
        with pytest.raises(ValidationError):
            codes.validate_python(wrong)

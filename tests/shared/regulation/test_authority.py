"""The table of powers on any day: who has begun, who has ended, and what contradicts itself."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.regulation.pack import PackError, Policy, installed, read
from tests.shared.regulation.building import rewritten

TURN = date(2025, 7, 1)
BEFORE = TURN - timedelta(days=1)
CONFIRMING = 'confirm_asset = { bodies = ["GAB"], article = "5", own = false }'


def on(path: Path, day: date) -> Policy:
    return Policy(read(path), day)


@pytest.fixture
def handed_over(tmp_path: Path) -> Path:
    """A pack in which FIN confirms assets from the turn on, GAB until then."""
    return rewritten(
        tmp_path,
        (
            CONFIRMING,
            'confirm_asset = [ { bodies = ["GAB"], article = "5", until = 2025-07-01 },'
            ' { bodies = ["FIN"], article = "35", own = false, since = 2025-07-01 } ]',
        ),
    )


def test_a_power_passes_from_one_body_to_another_on_its_day(handed_over: Path) -> None:
    before, after = on(handed_over, BEFORE), on(handed_over, TURN)
    assert {b: p.article for b, p in before.powers("confirm_asset").items()} == {"GAB": "5"}
    assert {b: p.article for b, p in after.powers("confirm_asset").items()} == {"FIN": "35"}


def test_a_body_that_ends_has_no_power_any_more_and_a_new_one_none_yet(tmp_path: Path) -> None:
    path = rewritten(
        tmp_path,
        ('name = "市机关事务局" }', 'name = "市机关事务局", until = 2025-07-01 }'),
        ('name = "市国家保密局" }', 'name = "市国家保密局", since = 2025-07-01 }'),
    )
    before, after = on(path, BEFORE), on(path, TURN)
    assert set(before.powers("confirm_asset")) == {"GAB"}
    assert set(after.powers("confirm_asset")) == set()
    assert "SEC" not in before.powers("read_project")
    assert "SEC" in after.powers("read_project")


def test_without_dates_a_power_stands_on_every_day() -> None:
    policy = installed().packs[0]
    days = (date.min, policy.valid_from, policy.valid_until, date.max)
    assert {tuple(Policy(policy, day).powers("issue_reply")) for day in days} == {("DRC",)}


def test_what_is_not_in_the_table_is_nobodys() -> None:
    assert installed().in_force(TURN).powers("grant_a_wish") == {}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            (
                CONFIRMING,
                'confirm_asset = { bodies = ["GAB"], article = "5", since = 2025-07-01,'
                " until = 2025-07-01 }",
            ),
            "authority.confirm_asset: until is not after since",
        ),
        (
            (
                CONFIRMING,
                'confirm_asset = [ { bodies = ["GAB"], article = "5", until = 2025-07-02 },'
                ' { bodies = ["GAB", "FIN"], article = "5", since = 2025-07-01 } ]',
            ),
            "authority.confirm_asset: GAB twice on one day",
        ),
        ((CONFIRMING, "confirm_asset = []"), "authority.confirm_asset: names no power"),
        (
            (
                'name = "市机关事务局" }',
                'name = "市机关事务局", since = 2025-07-02, until = 2025-07-01 }',
            ),
            "bodies.GAB: until is not after since",
        ),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    with pytest.raises(PackError) as refused:
        read(rewritten(tmp_path, change))
    assert str(refused.value) == f"pack.toml: {complaint}"


def test_spans_that_only_touch_are_two(tmp_path: Path) -> None:
    path = rewritten(
        tmp_path,
        (
            CONFIRMING,
            'confirm_asset = [ { bodies = ["GAB"], article = "5", until = 2025-07-01 },'
            ' { bodies = ["GAB"], article = "8", since = 2025-07-01 } ]',
        ),
    )
    assert on(path, BEFORE).powers("confirm_asset")["GAB"].article == "5"
    assert on(path, TURN).powers("confirm_asset")["GAB"].article == "8"

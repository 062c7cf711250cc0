"""例外: what an exemption lifts, and what none ever does (第五十三条)."""

from datetime import date
from typing import get_args
from uuid import UUID

import pytest

from shared.kernel.actor import EventRef
from shared.regulation.exemption import NEVER_LIFTED, Exemption, ExemptionKind
from shared.regulation.rule import Check, Mode

DAY = date(2026, 5, 6)
REF = EventRef(
    service="approval", position=1, stream="exception:e", version=1, event_id=UUID(int=1)
)


def broken(row: str, mode: Mode) -> Check:
    return Check(
        rule="some_rule",
        article=row.partition("-")[0],
        row=row,
        mode=mode,
        says="须满足",
        holds=False,
        text="不满足",
    )


def exemption(kind: ExemptionKind, *rows: str) -> Exemption:
    return Exemption(rows, kind, "1号", DAY, None, REF)


@pytest.mark.parametrize("kind", ExemptionKind)
@pytest.mark.parametrize("mode", get_args(Mode))
def test_hard_rows_give_way_to_a_special_regime_alone(kind: ExemptionKind, mode: Mode) -> None:
    lifted = exemption(kind, "16-2").lifts(broken("16-2", mode), DAY)
    assert lifted is (mode == "SOFT" or kind is ExemptionKind.SPECIAL_REGIME)


@pytest.mark.parametrize("kind", ExemptionKind)
@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("row", sorted(NEVER_LIFTED))
def test_nothing_lifts_secrecy_or_the_regulations_own_validity(
    kind: ExemptionKind, mode: Mode, row: str
) -> None:
    assert not exemption(kind, row).lifts(broken(row, mode), DAY)


def test_secrecy_and_validity_are_what_is_never_lifted() -> None:
    assert {"54-1", "57-1"} == NEVER_LIFTED

"""Every limit in a rule is tested at its own value, to the cent and to the day."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 600
"""It takes about twenty; a machine busy with other things may need many times that."""


@pytest.mark.timeout(SECONDS + 30)
def test_no_limit_of_a_rule_can_include_or_exclude_its_own_value_unnoticed() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.mutation", "--boundaries"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert "0 of them without a reason" in ran.stdout

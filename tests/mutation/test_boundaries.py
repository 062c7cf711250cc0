"""Every limit in a rule is tested at its own value, to the cent and to the day."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECIDING = ("registry", "approval", "budget", "acceptance", "shared/test_standing.py")


def test_no_limit_of_a_rule_can_include_or_exclude_its_own_value_unnoticed() -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.mutation.plugin", "-n", "0"),
            "--boundaries",
            *(f"tests/{place}" for place in DECIDING),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert "0 of them without a reason" in ran.stdout

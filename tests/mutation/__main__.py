"""`python -m tests.mutation [--only budget] [--every 10] [--boundaries]`."""

import sys

import pytest

DECIDING = (
    "tests/registry",
    "tests/approval",
    "tests/budget",
    "tests/acceptance",
    "tests/audit/test_history.py",
    "tests/shared/test_destruction.py",
    "tests/shared/test_standing.py",
    "tests/shared/test_lateness.py",
    "tests/shared/test_obligations.py",
    "tests/shared/test_obligations_in_motion.py",
)
"""The tests of what decides."""

if __name__ == "__main__":
    plugin = ("-p", "tests.mutation.plugin", "-n", "0")
    sys.exit(pytest.main([*plugin, *DECIDING, *sys.argv[1:]]))

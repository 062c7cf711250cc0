"""The scanners find nothing in the product, and each rule of the house finds its offence."""

from pathlib import Path

import pytest
import yaml

from tests.security import static
from tests.security.static import RULES, Finding, Unavailable

pytestmark = [pytest.mark.owasp("API8"), pytest.mark.timeout(300)]

OFFENCES = {
    "sql-is-not-composed": (
        "def find(cursor, name):\n    cursor.execute(f\"SELECT * FROM t WHERE n = '{name}'\")\n",
        'def find(cursor, name):\n    cursor.execute("SELECT * FROM t WHERE n = " + name)\n',
    ),
    "no-shell": (
        "import asyncio\n\n\nasync def f(x):\n    await asyncio.create_subprocess_shell(x)\n",
        "import os\n\n\ndef f(x):\n    os.system(x)\n",
    ),
    "programs-only-in-deploy": ("import subprocess\n",),
    "certificates-are-checked": (
        "import httpx\n\nclient = httpx.Client(verify=False)\n",
        "def f(context):\n    context.check_hostname = False\n",
    ),
    "time-comes-from-the-clock": (
        "from datetime import UTC, datetime\n\nx = datetime.now(UTC)\n",
        "from datetime import date\n\nx = date.today()\n",
    ),
    "nothing-is-evaluated": (
        "def f(x):\n    return eval(x)\n",
        "from pickle import loads\n",
        "import yaml\n\n\ndef f(x):\n    return yaml.load(x)\n",
    ),
    "assert-is-no-check": ("def f(actor):\n    assert actor.may\n",),
    "secrets-are-not-logged": (
        'def f(log, token):\n    log.info("came in", token=token)\n',
        'def f(log, request):\n    log.warning("odd %s", request.headers)\n',
        'async def f(log, request):\n    log.error("odd", said=await request.body())\n',
    ),
    "chance-is-unguessable": ("from random import choice\n",),
    "digests-are-strong": ("import hashlib\n\n\ndef f(x):\n    return hashlib.md5(x)\n",),
    "tokens-are-verified": (
        "from joserfc import jwt\n\n\ndef f(t, k):\n    return jwt.decode(t, k)\n",
        'from joserfc import jwt\n\n\ndef f(t):\n    jwt.decode(t, 1, algorithms=["none"])\n',
    ),
    "temporary-names-are-made-safely": ("import tempfile\n\nx = tempfile.mktemp()\n",),
    "addresses-are-configured": ("import httpx\n\n\ndef f(url):\n    return httpx.get(url)\n",),
}
"""Each rule, and what it must find: one finding in every text."""

HARMLESS = '''\
"""Nothing to object to."""

import secrets
from datetime import datetime

from joserfc import jwt
from psycopg import sql


def find(cursor, name, table, keys, token, log):
    cursor.execute("SELECT 1 WHERE n = %s", [name])
    cursor.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table)))
    jwt.decode(token, keys, algorithms=["ES256"])
    log.warning("following_failed", source=name)
    return secrets.token_hex(8), datetime.fromisoformat(name)
'''


@pytest.fixture(scope="module")
def offended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What was found in each offence, by file."""
    tree = tmp_path_factory.mktemp("offences")
    (tree / "shared").mkdir()
    for rule, texts in OFFENCES.items():
        for number, text in enumerate(texts):
            (tree / "shared" / f"{rule}_{number}.py").write_text(text)
    (tree / "shared" / "harmless.py").write_text(HARMLESS)
    found: dict[str, list[str]] = {}
    for finding in _or_skip(tree, ["shared"]):
        found.setdefault(Path(finding.path).stem, []).append(finding.rule)
    return found


def _or_skip(folder: Path, paths: list[str]) -> list[Finding]:
    try:
        return static.semgrep(folder, paths)
    except Unavailable as why:
        pytest.skip(f"semgrep could not be installed: {why}")


@pytest.mark.parametrize("rule", OFFENCES)
def test_every_rule_finds_its_offence(offended: dict[str, list[str]], rule: str) -> None:
    for number in range(len(OFFENCES[rule])):
        assert rule in offended.get(f"{rule}_{number}", [])


def test_what_is_harmless_is_left_alone(offended: dict[str, list[str]]) -> None:
    assert "harmless" not in offended


def test_every_rule_has_an_offence() -> None:
    rules = yaml.safe_load(RULES.read_text("utf-8"))["rules"]
    assert {rule["id"] for rule in rules} == OFFENCES.keys()


def test_our_rules_find_nothing_in_the_product() -> None:
    assert _or_skip(static.ROOT, [*static.PRODUCT]) == []


def test_bandit_finds_nothing_in_the_product() -> None:
    assert static.bandit() == []


def test_bandit_finds_an_offence(tmp_path: Path) -> None:
    (tmp_path / "offence.py").write_text("import pickle\n\n\ndef f(x):\n    pickle.loads(x)\n")
    assert {finding.rule for finding in static.bandit(tmp_path, ["."])} == {"B301", "B403"}

"""What is shipped beside the code: lock files, Makefile, image, compose files, nginx template."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from deploy.catalogue import SPECS
from shared.web.settings import SERVICES, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LOCKS = ("requirements.txt", "requirements-dev.txt", "deploy/client/requirements.txt")
PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+)( ; [^\\]+)? \\$", re.M)


def locked(name: str) -> dict[str, Version]:
    """Package → pinned version."""
    return {found[1]: Version(found[2]) for found in PIN.finditer((ROOT / name).read_text())}


def composed() -> dict[str, dict[str, Any]]:
    """Every service of the compose files by name."""
    services: dict[str, dict[str, Any]] = {}
    for name in ("compose.postgres.yaml", "compose.yaml"):
        services |= yaml.safe_load((DEPLOY / name).read_text())["services"]
    return services


# -- lock files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCKS)
def test_everything_fetched_is_pinned_with_its_hashes(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]
    odd = [
        line
        for line in lines
        if not PIN.match(line) and not re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)
    ]
    assert odd == []
    for before, line in pairwise(lines):
        assert not (PIN.match(before) and PIN.match(line)), f"no hash: {before}"


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(name: str) -> None:
    assert not re.search(r"://|--(extra-)?index|--find-links|@ ", (ROOT / name).read_text())


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = {
        "requirements.txt": project["dependencies"] + extras["embedded"],
        "requirements-dev.txt": project["dependencies"] + extras["embedded"] + extras["dev"],
    }
    for name, asked in wanted.items():
        pins = locked(name)
        for requirement in map(Requirement, asked):
            pin = pins.get(requirement.name.lower())
            assert pin is not None, f"{name}: {requirement.name} (run: make lock)"
            assert requirement.specifier.contains(pin), f"{name}: {requirement} has {pin}"


def test_tests_run_with_the_very_versions_that_are_shipped() -> None:
    shipped, tested = locked("requirements.txt"), locked("requirements-dev.txt")
    assert shipped.items() <= tested.items()


# -- Makefile --------------------------------------------------------------------------------------


def test_make_says_what_it_makes() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.M)
    assert phony is not None
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert set(re.findall(r"^  make ([a-z-]+) ", shown, re.M)) == set(phony[1].split())


def test_an_old_python_is_named_and_refused(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit\nexit 1\n')
    old.chmod(0o755)
    refused = subprocess.run(
        ["make", f"PYTHON={old}", f"VENV={tmp_path}/venv", f"{tmp_path}/venv/.runtime"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert "Python 3.11 or newer is needed" in refused.stderr
    assert "Python 3.9.2" in refused.stderr


def test_what_continuous_integration_runs_can_be_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)


# -- the package that an image installs ------------------------------------------------------------


def test_the_installed_package_brings_its_data_along(tmp_path: Path) -> None:
    source = tmp_path / "source"
    kept = shutil.ignore_patterns("__pycache__")
    for folder in ("shared", "services", "deploy"):
        shutil.copytree(ROOT / folder, source / folder, ignore=kept)
    shutil.copy(ROOT / "pyproject.toml", source)
    shutil.copy(ROOT / "README.md", source)
    as_the_image = ["--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *as_the_image, "--wheel-dir", tmp_path, source],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("govit-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    needed = {
        str(path.relative_to(ROOT))
        for pattern in ("services/*/migrations/**/*.py", "shared/**/*.toml", "shared/**/*.html")
        for path in ROOT.glob(pattern)
    }
    assert len(needed) > len(SERVICES)
    assert needed <= held


# -- image -----------------------------------------------------------------------------------------


def test_the_dockerfile_is_as_its_linter_wants_it() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint is not installed on this platform")
    linted = subprocess.run(
        [hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout


def test_the_image_holds_nothing_unpinned_and_runs_as_nobody_in_particular() -> None:
    dockerfile = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text())
    installs = re.findall(r"pip install [^&\n]+", dockerfile)
    assert len(installs) == 2
    for install in installs:
        assert "--require-hashes" in install or "--no-deps --no-build-isolation" in install
    assert "requirements-dev" not in dockerfile
    final = dockerfile.rsplit("\nFROM ", 1)[1]
    assert re.findall(r"^USER (.+)$", final, re.M) == ["10001"]
    assert "/livez" in final.split("HEALTHCHECK", 1)[1]
    assert "GOVIT_MODE=production" in final


def test_the_image_can_be_given_all_it_copies() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text()
    copied = re.findall(r"^COPY ([^-].+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.M)
    names = [name for line in copied for name in line.split()]
    assert names
    for name in names:
        assert (ROOT / name).exists(), name
        assert f"!{name}\n" in ignored, name


# -- compose ---------------------------------------------------------------------------------------


def test_compose_has_every_service_and_what_it_follows() -> None:
    services = composed()
    assert set(services) == {*SERVICES, "postgres", "provision", "migrate", "nginx"}
    for name in SERVICES:
        environment = services[name]["environment"]
        assert environment["GOVIT_SERVICE"] == name
        for source in SPECS[name].follows:
            assert environment[f"GOVIT_{source.upper()}_URL"] == f"http://{source}:8080"


def test_compose_tells_the_services_only_what_they_read() -> None:
    known = {f"GOVIT_{field.upper()}" for field in Settings.model_fields}
    known |= {"GOVIT_SERVICE", "GOVIT_SIGNING_KEYS_FILE"}
    services = composed()
    for name in (*SERVICES, "migrate"):
        assert set(services[name]["environment"]) <= known


def test_a_service_knows_its_own_database_only_and_never_as_its_owner() -> None:
    services = composed()
    for name in SERVICES:
        dsns = {key for key in services[name]["environment"] if key.endswith("DSN")}
        assert dsns == {f"GOVIT_{name.upper()}_DSN"}
    owners = {f"GOVIT_{name.upper()}_MIGRATOR_DSN" for name in SERVICES}
    assert owners <= services["migrate"]["environment"].keys()


def test_what_is_secret_is_given_from_outside_and_has_no_default() -> None:
    for service in composed().values():
        for key, value in service.get("environment", {}).items():
            if key.endswith(("DSN", "TOKEN", "PASSWORD")):
                assert re.fullmatch(rf"\$\{{{key}:\?[^}}]+\}}", str(value)), key
            if key.endswith(("_KEY", "_FILE")):
                assert str(value).startswith("/run/secrets/"), key


def test_a_service_holds_its_own_signing_key_only() -> None:
    services = composed()
    for name in SERVICES:
        keys = [each for each in services[name]["secrets"] if isinstance(each, dict)]
        assert keys == [{"source": f"{name}_keys", "target": "signing_keys"}]


def test_the_city_is_reached_through_nginx_only() -> None:
    services = composed()
    published = {name: s["ports"] for name, s in services.items() if "ports" in s}
    assert set(published) == {"nginx"}
    assert all(port.startswith("127.0.0.1:") for port in published["nginx"])
    for name in (*SERVICES, "migrate"):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
    for name in SERVICES:
        waits_for = services[name]["depends_on"]
        assert waits_for == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_nginx_template_gets_all_its_addresses() -> None:
    template = (DEPLOY / "nginx.conf").read_text()
    asked = set(re.findall(r"\$\{(GOVIT_\w+)\}", template))
    given = {k for k in composed()["nginx"]["environment"] if k.startswith("GOVIT_")}
    assert asked == given
    for service in SERVICES:
        assert re.search(
            rf"location /{service}/ +{{ proxy_pass http://govit_{service}/; }}", template
        )


def test_compose_itself_accepts_the_files(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run(
            [docker, "compose", "version"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("docker compose is not installed")
    asked = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    accepted = subprocess.run(
        [docker, "compose", "-f", DEPLOY / "compose.yaml", "config", "--format", "json"],
        env={**os.environ, **dict.fromkeys(asked, "given")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert accepted.returncode == 0, accepted.stderr
    assert set(SERVICES) <= set(json.loads(accepted.stdout)["services"])

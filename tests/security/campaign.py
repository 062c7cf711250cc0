"""`make fuzz`: all services, every constraint of every body, with other requests each time.

    make fuzz ARGS="--seconds 600 --service budget --seed 7"

A seed and a number of examples repeat a run, as far as the time allows.
"""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from deploy.contracts import documents
from shared.web.settings import SERVICES
from tests.security.fuzzing import Effort, fuzz
from tests.security.target import target
from tests.support.city import CityDatabases
from tests.support.postgres import TestServer, running_server


def main(arguments: list[str]) -> int:
    """0 when every service kept to its contract."""
    asked = argparse.ArgumentParser(prog="make fuzz", description="Fuzz the services.")
    asked.add_argument("--seconds", type=int, default=300, help="for each service")
    asked.add_argument("--examples", type=int, default=100, help="for each operation and phase")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    asked.add_argument("--service", choices=SERVICES, action="append")
    given = asked.parse_args(arguments)
    effort = Effort(given.examples, given.seed, given.seconds, thorough=True)
    console, failed = Console(), 0
    console.print(f"seed {effort.seed}")
    with running_server() as server, tempfile.TemporaryDirectory(prefix="govit-fuzz-") as home:
        tests = TestServer(server)
        with target(CityDatabases(tests), Path(home)) as city:
            contracts = documents()
            for service in given.service or SERVICES:
                outcome = fuzz(
                    contracts[service],
                    f"{city.address}/{service}",
                    city.callers,
                    {"project_id": city.projects},
                    effort,
                )
                failed += len(outcome.failures)
                console.print(
                    service,
                    f"{outcome.statuses.total()} requests",
                    dict(outcome.phases),
                    dict(sorted(outcome.statuses.items())),
                )
                for what, why in outcome.failures.items():
                    console.print(f"[red]{what}[/red]")
                    console.print(why, markup=False)
        tests.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Schemathesis at a service: requests made from its contract, answers held against it.

All phases run: examples, coverage of every constraint, fuzzing, and chains of requests whose links
are inferred from the contract. The contract's `default` answer is taken out first, so that every
status has to be documented by its number.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import schemathesis
from schemathesis import AuthContext, Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import events, from_schema

from shared.kernel.actor import Actor
from shared.regulation.pack import installed
from shared.web.actors import DevelopmentIssuer
from shared.web.feed import LONGEST_WAIT

SEED = 20220625

CHECKS: dict[str, Any] = {
    # 503 is what a service says that cannot answer yet; where that is not documented, conformance
    # of the status notices.
    "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
    # What is well-formed may still be against the regulation, stale or without a key.
    "positive_data_acceptance": {"enabled": False},
}
"""What differs from Schemathesis' own settings of its checks, and why; all others are on."""


@dataclass(frozen=True)
class Effort:
    """How much is tried."""

    examples: int = 3
    seed: int = SEED
    seconds: int | None = None
    """Time for a service; without it, the same requests are made every time."""
    thorough: bool = False
    """Also the coverage of every constraint of every body, not only of the reads' parameters."""


@dataclass
class Callers:
    """Who sends a request: in turn the bodies that may, the bureau, and units."""

    issuer: DevelopmentIssuer
    units: Sequence[str]
    requests: int = 0
    _tokens: dict[str, Iterator[str]] = field(default_factory=dict)
    _turns: dict[str, Iterator[str]] = field(default_factory=dict)

    def next(self, operation: str) -> str:
        """The token for one more request of an operation."""
        if operation not in self._turns:
            powers = installed().packs[0].authority.get(operation, ())
            able = tuple(body for power in powers for body in power.bodies)
            self._turns[operation] = cycle([*able, *able, "DEB", "UNIT"])
        return self.of(next(self._turns[operation]))

    def of(self, body: str) -> str:
        """A token of a body; of each unit in turn."""
        if body not in self._tokens:
            units = self.units if body == "UNIT" else (None,)
            actors = [
                Actor(person=f"{body}-f", name="测试", body=body, role="OFFICER", unit_id=unit)
                for unit in units
            ]
            self._tokens[body] = cycle([self.issuer.token(actor) for actor in actors])
        return next(self._tokens[body])

    def dress(self, case: Case[Any]) -> None:
        """A key, and mostly any version, so that decisions are reached; and no long waits."""
        self.requests += 1
        if case.meta is None or not case.meta.is_negative_at(ParameterLocation.HEADER):
            case.headers.setdefault("Idempotency-Key", f"fuzz-{self.requests}")
            if self.requests % 3:
                case.headers["If-Match"] = "*"
        wait = case.query.get("wait")
        if isinstance(wait, float | int) and 0 < wait <= LONGEST_WAIT:
            case.query["wait"] = wait / 100


@dataclass
class Outcome:
    """What came of it."""

    operations: set[str] = field(default_factory=set)
    phases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    """By operation and check, the first request that failed it."""


def fuzz(
    contract: Mapping[str, Any],
    address: str,
    callers: Callers,
    known: Mapping[str, Sequence[str]],
    effort: Effort,
) -> Outcome:
    """Run all phases against a service; `known`: identifiers of what is there, by parameter."""
    config = SchemathesisConfig.from_dict(_configuration(address, known, effort))
    schema = schemathesis.openapi.from_dict(_strict(contract), config=config)

    @schema.auth(refresh_interval=None)  # a caller for every request
    class InTurn:
        def get(self, case: Case[Any], context: AuthContext) -> str:
            return callers.next(str(context.operation.definition.raw.get("operationId")))

        def set(self, case: Case[Any], data: str, context: AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {data}"
            callers.dress(case)

    outcome = Outcome()
    for event in from_schema(schema).execute():
        _take(outcome, event)
    return outcome


def _strict(contract: Mapping[str, Any]) -> dict[str, Any]:
    document = deepcopy(dict(contract))
    for item in document["paths"].values():
        for operation in item.values():
            del operation["responses"]["default"]
    return document


def _configuration(
    address: str, known: Mapping[str, Sequence[str]], effort: Effort
) -> dict[str, Any]:
    repeatable = effort.seconds is None
    config: dict[str, Any] = {
        "base-url": address,
        "seed": effort.seed,
        "continue-on-failure": True,
        "generation": {
            "max-examples": effort.examples,
            "deterministic": repeatable,
            "no-shrink": repeatable,
            "database": "none",
        },
        "checks": CHECKS,
        "dictionaries": {name: {"values": list(values)} for name, values in known.items()},
        "parameters": {f"path.{name}": {"dictionary": name, "probability": 0.7} for name in known},
    }
    if effort.seconds is not None:
        config["max-time"] = effort.seconds
    if not effort.thorough:
        config["operations"] = [
            {"include-method": "POST", "phases": {"coverage": {"enabled": False}}}
        ]
    return config


def _take(outcome: Outcome, event: events.EngineEvent) -> None:
    if isinstance(event, events.ScenarioFinished):
        recorder = event.recorder
        outcome.operations |= {case.value.operation.label for case in recorder.cases.values()}
        outcome.phases[event.phase.value] += len(recorder.interactions)
        for interaction in recorder.interactions.values():
            if interaction.response is not None:
                outcome.statuses[interaction.response.status_code] += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if (found := check.failure_info) is not None:
                    label = recorder.cases[case_id].value.operation.label
                    outcome.failures.setdefault(
                        f"{label}: {check.name}", f"{found.failure.message}\n{found.code_sample}"
                    )
    elif isinstance(event, events.NonFatalError):
        outcome.failures.setdefault(f"{event.label}: error", repr(event.value))
    elif isinstance(event, events.FatalError):
        outcome.failures["fatal"] = repr(event.exception)

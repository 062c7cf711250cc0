"""Every operation of every contract as a request about one project: path, query and body filled."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from deploy.authority_table import OPEN
from deploy.catalogue import CREATORS, SPECS
from shared.kernel.model import Record
from shared.regulation.pack import installed
from shared.web.drafts import drafted
from shared.web.powers import entry_of
from tests.support.builders import document

NOWHERE = UUID(int=7)
"""An id of nothing."""

SAID: dict[str, dict[str, Any]] = {
    "catalogue_resources": {"no_data_statement": "不产生数据资源"},
    "update_unit": {"contact": "王五"},
    "update_system": {"functions": "统一平台"},
    "publish_interpretation": {
        "article": "29",
        "text": "累计计算",
        "document": document("解释", "乐数发〔2026〕1号"),
        "issued_with": ["DRC", "FIN"],
        "since": "2027-01-01",
    },
    "request_exception": {
        "rows": ["8-(1)"],
        "kind": "JUSTIFIED",
        "reason": "现场实时控制",
        "evidence": document("论证报告"),
    },
}
"""Bodies of which no blank one is well-formed."""


@dataclass(frozen=True)
class Operation:
    """One operation of one contract."""

    service: str
    name: str
    method: str
    path: str

    @property
    def entry(self) -> str:
        """Its key in the table of powers."""
        return entry_of(installed().packs[0], self.service, self.name)

    @property
    def command(self) -> type[Record] | None:
        """What a command takes; None for a read."""
        found = SPECS[self.service].commands.get(self.name)
        return found.body if found else None

    def __str__(self) -> str:
        return f"{self.service}/{self.name}"


@dataclass(frozen=True)
class Target:
    """What the requests are about: one unit's project and what belongs to it."""

    unit: str
    identifiers: Mapping[str, object]
    """Path parameters by name; what is not named is an id of nothing."""
    secrets: tuple[str, ...] = field(default=())
    """What an answer to somebody without the power must not contain."""

    def path(self, operation: Operation) -> str:
        filled = re.sub(
            r"\{(\w+)\}", lambda m: str(self.identifiers.get(m[1], NOWHERE)), operation.path
        )
        return f"/{operation.service}{filled}"

    def query(self, operation: Operation) -> dict[str, str]:
        """What a read has to be asked with, and the unit where one can be named."""
        match operation.name:
            case "read_eligibility":
                return {"unit": self.unit, "action": "DECLARE"}
            case "list_missing_operation_plans":
                return {"year": "2027", "unit": self.unit}
            case name if operation.method == "get" and name in TAKES_UNIT:
                return {"unit": self.unit}
            case _:
                return {}

    def body(self, operation: Operation) -> dict[str, Any] | None:
        """A well-formed body, in the name of the unit where it names one."""
        if operation.name == "read_eligibilities":
            return {"questions": [{"unit": self.unit, "action": "DECLARE"}]}
        if operation.name == "create_audit_bundle":
            return {"first": "2026-01-01", "last": "2026-12-31"}
        if operation.name == "simulate_policy":
            return {}
        if operation.command is None:
            return None
        named = {"unit_id": self.unit} if "unit_id" in operation.command.model_fields else {}
        fields = {**SAID.get(operation.name, {}), **named}
        model = operation.command.model_validate(fields) if fields.keys() - {"unit_id"} else None
        sent = model or drafted(operation.command, named)
        content: dict[str, Any] = sent.model_dump(mode="json", exclude_none=True)
        return content


def _contracts() -> Iterator[tuple[Operation, list[str]]]:
    for service, create in CREATORS.items():
        for path, item in create().openapi()["paths"].items():
            for method, operation in item.items():
                if operation["operationId"] not in OPEN:
                    parameters = [p["name"] for p in operation.get("parameters", ())]
                    yield Operation(service, operation["operationId"], method, path), parameters


_ALL = list(_contracts())
OPERATIONS = [operation for operation, _ in _ALL]
COMMANDS = [operation for operation in OPERATIONS if operation.command is not None]
TAKES_UNIT = {operation.name for operation, parameters in _ALL if "unit" in parameters}

"""The table of powers written once more, as Cedar policies, to be decided by Cedar's own engine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.kernel.actor import Actor
from shared.regulation.authority import Party
from shared.regulation.pack import Pack

FOREVER = 99_991_231
OWN = {
    Party.OWNER: "resource.owner == principal.unit",
    Party.PARTICIPANT: "resource.participants.contains(principal.unit)",
    Party.EITHER: "(resource.owner == principal.unit"
    " || resource.participants.contains(principal.unit))",
}


def policies(pack: Pack) -> str:
    """A permit for every power, and a forbid for every body outside its days."""
    return "\n".join((*_permits(pack), *_forbids(pack)))


def _permits(pack: Pack) -> Iterator[str]:
    for operation, powers in pack.authority.items():
        for power in powers:
            conditions = [f"{_texts(power.bodies)}.contains(principal.body)"]
            if power.roles:
                conditions.append(f"{_texts(power.roles)}.contains(principal.role)")
            if power.own:
                conditions.append(f'(principal.body != "UNIT" || {OWN[power.party]})')
            conditions.append(f"context.day >= {_number(power.since, 0)}")
            conditions.append(f"context.day < {_number(power.until, FOREVER)}")
            action = f'action == Action::"{operation}"'
            yield f"permit(principal, {action}, resource) when {{ {' && '.join(conditions)} }};"


def _forbids(pack: Pack) -> Iterator[str]:
    for body in pack.bodies:
        if body.since or body.until:
            outside = (
                f"context.day < {_number(body.since, 0)}"
                f" || context.day >= {_number(body.until, FOREVER)}"
            )
            whose = f'principal.body == "{body.code}"'
            yield f"forbid(principal, action, resource) when {{ {whose} && ({outside}) }};"


def _texts(values: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def _quoted(value: str) -> str:
    return '"' + value + '"'


def _number(day: date | None, otherwise: int) -> int:
    return int(day.strftime("%Y%m%d")) if day else otherwise


@dataclass(frozen=True)
class Asked:
    """Whether an actor may do something with a project, on a day."""

    actor: Actor
    operation: str
    day: date

    @property
    def request(self) -> dict[str, Any]:
        return {
            "principal": {"type": "Actor", "id": name_of(self.actor)},
            "action": {"type": "Action", "id": self.operation},
            "resource": {"type": "Project", "id": "one"},
            "context": {"day": _number(self.day, 0)},
        }


def name_of(actor: Actor) -> str:
    return f"{actor.body}/{actor.role}/{actor.unit_id or ''}"


def entities(
    actors: Iterable[Actor], owner: str, participants: Iterable[str]
) -> list[dict[str, Any]]:
    """Who asks, and the project that they ask about."""
    people = [
        {
            "uid": {"type": "Actor", "id": name_of(actor)},
            "attrs": {"body": actor.body, "role": actor.role, "unit": actor.unit_id or ""},
            "parents": [],
        }
        for actor in actors
    ]
    project = {
        "uid": {"type": "Project", "id": "one"},
        "attrs": {"owner": owner, "participants": list(participants)},
        "parents": [],
    }
    return [*people, project]

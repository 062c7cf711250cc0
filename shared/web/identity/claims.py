"""声明: what a token says of whoever bears it, read as an actor."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.actor import Actor
from shared.kernel.model import Record


class ClaimNames(Record):
    """声明名: under which names the issuer's tokens say who acts."""

    person: str = "sub"
    name: str = "name"
    body: str = "body"
    role: str = "role"
    unit_id: str = "unit_id"
    delegation: str = "delegation"

    def actor(self, claims: Mapping[str, Any]) -> Actor:
        """Who the claims speak of; KeyError or ValueError where they do not say it."""
        person = claims[self.person]
        return Actor(
            person=person,
            name=claims.get(self.name, person),
            body=claims[self.body],
            role=claims[self.role],
            unit_id=claims.get(self.unit_id),
            delegation=claims.get(self.delegation),
        )

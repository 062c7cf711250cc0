"""逾期: an obligation was found overdue; in the log of the service that looks after it."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event
from shared.events.vocabulary import Act, LegalDate
from shared.kernel.identifiers import UnitId
from shared.kernel.text import Code

Subject = Annotated[
    str,
    Field(
        pattern=r"^(project|system):[0-9a-f-]{36}$",
        examples=["project:01993122-fac0-7d08-96b9-96ea23ecbcca"],
    ),
]


class LateFinding(Act):
    """逾期认定: which obligation, by its subject."""

    subject: Annotated[Subject, Field(title="义务所及的项目或系统")]


class ObligationOverdue(Event, label="逾期认定", article="5"):
    """Its day has passed without its being discharged; recorded once."""

    obligation_id: UUID
    duty: Code
    subject: str
    owner: Code
    unit_id: UnitId | None = None
    due_on: LegalDate
    obliged_by: str
    """条号 of the obligation."""
    finding: LateFinding

    @property
    def stream(self) -> str:
        return f"obligation:{self.obligation_id}"

    def subjects(self) -> Iterator[str]:
        yield self.subject
        if self.unit_id is not None:
            yield f"unit:{self.unit_id}"

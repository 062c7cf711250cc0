"""Facts: what a decision here may rest on besides its own stream."""

from dataclasses import dataclass, field
from uuid import UUID

from services.approval.state import Baseline, Registration
from shared.kernel.actor import EventRef
from shared.regulation import Context, Policy
from shared.regulation.exemption import Exemption
from shared.standing import AcceptanceStanding, ProjectStanding, Standing


@dataclass(frozen=True)
class Facts:
    """The project's registration, how it and its unit stand, and the exceptions granted to it."""

    registration: Registration = field(default_factory=Registration)
    standing: ProjectStanding = field(default_factory=ProjectStanding)
    """What other services say of the project; `Project.standing` adds what is recorded here."""
    unit: Standing = field(default_factory=Standing)
    """What bars the unit from new projects (第三十二、三十三、五十一条)."""
    exemptions: tuple[Exemption, ...] = ()
    """例外 granted to the project and not revoked."""
    base: AcceptanceStanding = field(default_factory=AcceptanceStanding)
    """How the project that is upgraded stands with acceptance (第八条第八项)."""
    asset: EventRef | None = None
    """Event by which the system was registered as an asset (第八条第十项)."""
    filing: UUID | None = None
    """The filing that is disputed."""


def policy_of(baseline: Baseline, context: Context) -> Policy:
    """A baseline keeps the pack it was approved under, and the values of its day."""
    return context.policies.cited(baseline.policy, context.today, baseline.since)

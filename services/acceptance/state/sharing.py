"""共享情况: exchange platform, mounted resources, cloud resources (第十一、三十二、三十三条)."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from shared.events import Recorded
from shared.events.acceptance import (
    CloudGrantKind,
    CloudPurpose,
    CloudResourcesGranted,
    ExchangeConnected,
    ResourcesMounted,
    SharingFeedbackRecorded,
)
from shared.kernel.actor import EventRef


@dataclass(frozen=True)
class CloudGranted:
    """政务云资源安排."""

    grant_id: UUID
    purpose: CloudPurpose
    kind: CloudGrantKind
    on: date


@dataclass(frozen=True)
class Sharing:
    """共享情况 (第十一、三十二、三十三条)."""

    connected_on: date | None = None
    connected: EventRef | None = None
    mounted: tuple[str, ...] = ()
    """Codes of the resources in the city's catalogue."""
    mounted_by: EventRef | None = None
    feedbacks: int = 0
    cloud: tuple[CloudGranted, ...] = ()


def shared_after(sharing: Sharing, recorded: Recorded) -> Sharing:
    on, ref = recorded.on, recorded.ref
    match recorded.event:
        case ExchangeConnected():
            return replace(sharing, connected_on=on, connected=ref)
        case ResourcesMounted(resources=resources):
            return replace(sharing, mounted=resources.codes, mounted_by=ref)
        case SharingFeedbackRecorded():
            return replace(sharing, feedbacks=sharing.feedbacks + 1)
        case CloudResourcesGranted(grant_id=granted, grant=grant):
            new = CloudGranted(granted, grant.purpose, grant.kind, on)
            return replace(sharing, cloud=(*sharing.cloud, new))
        case _:
            return sharing

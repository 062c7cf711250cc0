"""HTTP of the audit service, by what is asked."""

from fastapi import APIRouter

from services.audit.api import (
    access_log,
    bundle,
    eligibility,
    history,
    next_actions,
    obligations,
    range_bundles,
    registers,
    reports,
)

router = APIRouter()
PARTS = (
    *(eligibility, obligations, reports, registers, next_actions, history),
    *(bundle, range_bundles, access_log),
)
for part in PARTS:
    router.include_router(part.router)

__all__ = ["router"]

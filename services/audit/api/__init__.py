"""HTTP of the audit service, by what is asked."""

from fastapi import APIRouter

from services.audit.api import (
    access_log,
    bundle,
    checkpoints,
    eligibility,
    explanation,
    exports,
    flags,
    history,
    next_actions,
    obligations,
    range_bundles,
    registers,
    reports,
)

router = APIRouter()
PARTS = (
    *(eligibility, obligations, reports, registers, next_actions, history, explanation),
    *(bundle, range_bundles, checkpoints, access_log, flags, exports),
)
for part in PARTS:
    router.include_router(part.router)

__all__ = ["router"]

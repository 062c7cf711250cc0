"""HTTP of the audit service, by what is asked."""

from fastapi import APIRouter

from services.audit.api import (
    access_log,
    bundle,
    checkpoints,
    eligibility,
    exports,
    flags,
    history,
    next_actions,
    obligations,
    registers,
    reports,
)

router = APIRouter()
PARTS = (
    *(eligibility, obligations, reports, registers, next_actions, history, bundle),
    *(checkpoints, access_log),
)
for part in PARTS:
    router.include_router(part.router)
router.include_router(flags.router)
router.include_router(exports.router)

__all__ = ["router"]

"""HTTP of the audit service, by what is asked."""

from fastapi import APIRouter

from services.audit.api import (
    access_log,
    bundle,
    eligibility,
    explanation,
    history,
    next_actions,
    obligations,
    registers,
    reports,
)

router = APIRouter()
PARTS = (
    *(eligibility, obligations, reports, registers, next_actions),
    *(history, explanation, bundle, access_log),
)
for part in PARTS:
    router.include_router(part.router)

__all__ = ["router"]

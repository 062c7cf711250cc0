"""HTTP of the audit service, by what is asked."""

from fastapi import APIRouter

from services.audit.api import (
    access_log,
    eligibility,
    history,
    next_actions,
    obligations,
    registers,
    reports,
)

router = APIRouter()
for part in (eligibility, obligations, reports, registers, next_actions, history, access_log):
    router.include_router(part.router)

__all__ = ["router"]

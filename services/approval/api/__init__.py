"""HTTP of the approval service."""

from services.approval.api import construction, examination, exceptions, reads

ROUTERS = (reads.router, examination.router, construction.router, exceptions.router)

"""HTTP of the acceptance service."""

from services.acceptance.api import (
    completion,
    conduct,
    lists,
    performance,
    rectification,
    supervision,
)

ROUTERS = [
    each.router for each in (lists, completion, conduct, performance, supervision, rectification)
]

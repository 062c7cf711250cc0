"""The services, in the order of a project's life."""

from services.acceptance import main as acceptance
from services.approval import main as approval
from services.audit import main as audit
from services.budget import main as budget
from services.registry import main as registry

MODULES = {
    "registry": registry,
    "approval": approval,
    "budget": budget,
    "acceptance": acceptance,
    "audit": audit,
}

CREATORS = {name: module.create for name, module in MODULES.items()}
SPECS = {name: module.SPEC for name, module in MODULES.items()}

"""HTTP of the budget service."""

from services.budget.api import funds, lines, operation

ROUTERS = [funds.router, operation.router, lines.router]

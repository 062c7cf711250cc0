"""The regulation as dated data and named rules.

`packs/` holds the policy packs, `pack` reads them, `rule` makes a function a citing rule,
`decision` is what a pure decision gets and leaves behind.
"""

from shared.regulation.decision import Context, Decision, RuleBroken, Where
from shared.regulation.pack import Library, Policy
from shared.regulation.rule import Check, Rule, Verdict, article, broken, holds

__all__ = [
    "Check",
    "Context",
    "Decision",
    "Library",
    "Policy",
    "Rule",
    "RuleBroken",
    "Verdict",
    "Where",
    "article",
    "broken",
    "holds",
]

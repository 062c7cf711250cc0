"""资格查询: whether a unit may begin something, or a project get money, before anybody asks for it.

The rules that bar a step when it is taken answer here too, on the same events. What projects do to
each other, to their unit and to their money is asked; the papers of the step itself are not.
"""

from services.audit.eligibility.answer import answer
from services.audit.eligibility.facts import OF_STANDING, Unknown
from services.audit.eligibility.question import Action, Block, Eligibility, Question

__all__ = ["OF_STANDING", "Action", "Block", "Eligibility", "Question", "Unknown", "answer"]

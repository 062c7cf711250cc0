"""Decisions about how the regulation is to be read."""

from services.registry.decisions.facts import Facts
from services.registry.rules import interpretations as rules
from services.registry.state import Interpretations
from shared.events import Event
from shared.events.registry import Interpretation, PolicyInterpreted
from shared.regulation import Context
from shared.regulation.decision import InvalidField
from shared.regulation.pack import DatedValue, Pack, PackError, typed


def publish_interpretation(
    known: Interpretations, interpretation: Interpretation, facts: Facts, context: Context
) -> Event:
    """公布解释（第五十六条）."""
    pack = next((p for p in context.policies.packs if p.id == context.subject), None)
    if pack is None:
        raise InvalidField("pack_id", "没有安装这个政策包")
    if interpretation.article not in pack.articles:
        raise InvalidField("article", f"{pack.id} 没有这一条")
    context.require(
        rules.interpretation_is_joint(interpretation, context.policy),
        rules.interpretation_looks_ahead(interpretation, context.today),
        rules.interpreted_value_is_left_open(_parameter(interpretation, pack)),
    )
    return PolicyInterpreted(
        on=context.date_of(interpretation),
        interpretation_id=context.new_id(),
        pack=pack.id,
        interpretation=interpretation,
    )


def _parameter(interpretation: Interpretation, pack: Pack) -> DatedValue | None:
    """The parameter it sets; InvalidField where there is none such or the value is of no use."""
    key, value = interpretation.key, interpretation.value
    if key is None and value is None:
        return None
    if key is None or value is None:
        raise InvalidField("value", "key 与 value 须一并填写")
    present = pack.known_value(key)
    if present is None:
        raise InvalidField("key", f"{pack.id} 没有这个参数")
    try:
        typed(present, value)
    except PackError as error:
        raise InvalidField("value", str(error)) from None
    if _names_strangers(present, value, pack):
        raise InvalidField("value", "其中有的不是本市部门的代码")
    return present


def _names_strangers(present: DatedValue, text: str, pack: Pack) -> bool:
    """Whether a value that is a list of bodies names what is none: nobody could act by it."""
    bodies, before = {body.code for body in pack.bodies}, str(present.value).split()
    return bodies.issuperset(before) and not bodies.issuperset(text.split())

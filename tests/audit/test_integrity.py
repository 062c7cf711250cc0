"""What the audit service says when a log was altered, or is shorter than it was."""

from services.audit import integrity
from shared.web.feed import LogHead
from tests.shared.web.test_http import a_unit
from tests.support.city import City, as_owner


async def report(city: City) -> dict[str, object]:
    answer = await city.get("/audit/v1/integrity")
    assert answer.status_code == 200, answer.text
    content: dict[str, object] = answer.json()
    return content


async def test_what_was_followed_is_intact(fresh_city: City) -> None:
    for _ in range(3):
        await a_unit(fresh_city)
    assert (await report(fresh_city))["intact"] is True


async def test_an_altered_event_is_named(fresh_city: City) -> None:
    for _ in range(3):
        await a_unit(fresh_city)
    assert (await report(fresh_city))["intact"] is True
    with as_owner(fresh_city.dsns["audit"]) as owner:
        owner.execute("UPDATE inbox SET effective_on = effective_on + 1 WHERE position = 2")
    found = await report(fresh_city)
    assert found["intact"] is False
    registry = found["logs"][0]  # type: ignore[index]
    assert (registry["service"], registry["position"]) == ("registry", 1)
    assert "位置 2" in registry["reason"]


async def test_a_log_that_lost_its_tail_is_not_intact(fresh_city: City) -> None:
    for _ in range(3):
        await a_unit(fresh_city)
    await report(fresh_city)
    runtime = fresh_city.runtime("registry")
    head = runtime.log.head()
    shorter = LogHead(
        position=head.position - 1, root="", hash=head.hash, origin=head.origin, clock="sandbox"
    )
    inbox = fresh_city.runtime("audit").inbox
    found = integrity.check(inbox, "registry", shorter)
    assert found.intact is False
    assert "截短" in found.reason

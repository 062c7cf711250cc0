"""The city's clock, moved on by days."""

from datetime import timedelta

from tests.support.city import City


def advance(city: City, *, days: int) -> None:
    """Nine in the morning, or whatever hour it is, some days ahead."""
    city.clock.advance_to(city.clock.now() + timedelta(days=days))

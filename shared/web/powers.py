"""权限表核对: every operation of a service has its entry in every pack, found when it is loaded."""

from collections.abc import Iterator, Mapping, Sequence

from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts

from shared.regulation.authority import UNIT
from shared.regulation.pack import Library, Pack, PackError
from shared.web.actors import ReaderBearer
from shared.web.commands import Command
from shared.web.routes import StrictRoute


def entry_of(pack: Pack, service: str, operation: str) -> str:
    """The key of an operation's entry: its name, after the service's where only that is meant."""
    qualified = f"{service}.{operation}"
    return qualified if qualified in pack.authority else operation


def routes_of(routers: Sequence[APIRouter]) -> tuple[APIRoute, ...]:
    """All routes of some routers and of those that they include."""
    contexts = iter_route_contexts([route for each in routers for route in each.routes])
    routes = (context.original_route for context in contexts)
    return tuple(route for route in routes if isinstance(route, APIRoute))


def entries(
    service: str,
    routes: Sequence[APIRoute],
    commands: Mapping[str, Command],
    policies: Library,
) -> dict[str, str]:
    """Operation → key of its entry, for all that a service offers and does of itself.

    PackError with every operation that has no entry, or whose entry the code cannot keep.
    """
    faults = [f"{service}: {name}: asks nobody who they are" for name in _open(routes)]
    names = dict.fromkeys((*(route.name for route in routes), *commands))
    for pack in policies.packs:
        missing = (n for n in names if entry_of(pack, service, n) not in pack.authority)
        faults += [f"{pack.id}: authority: missing {name}" for name in missing]
        faults += [f"{pack.id}: authority.{fault}" for fault in _unkept(pack, commands)]
    if faults:
        raise PackError("\n".join(sorted(faults)))
    return {name: entry_of(policies.packs[-1], service, name) for name in names}


def _open(routes: Sequence[APIRoute]) -> Iterator[str]:
    """Operations that neither bring something to a desk nor say who reads."""
    for route in routes:
        asked = any(isinstance(d.call, ReaderBearer) for d in route.dependant.dependencies)
        if not (asked or (isinstance(route, StrictRoute) and route.is_command)):
            yield route.name


def _unkept(pack: Pack, commands: Mapping[str, Command]) -> Iterator[str]:
    """Units that may act on their own only, where the command does not say whose it is."""
    for name, command in commands.items():
        for power in pack.authority.get(name, ()):
            if UNIT in power.bodies and power.own != (command.parties is not None):
                yield f"{name}: own, and whose it is, do not agree"

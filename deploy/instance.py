"""实例: settings and databases of one instance: its own PostgreSQL unless DSNs are given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.conninfo import conninfo_to_dict

from deploy.postgres import EmbeddedPostgres, PostgresUnavailable
from deploy.postgres.provision import ServiceDsns, provision
from shared.eventstore.migrations import migrate
from shared.web.settings import SERVICES, InstanceMode, Settings


class DsnMissing(Exception):
    """Services lack a DSN that others have, or that production demands; says which."""


@dataclass(frozen=True)
class Databases:
    """How each service reaches its database."""

    dsns: Mapping[str, ServiceDsns]

    def migrate(self, settings: Settings, services: Sequence[str] = SERVICES) -> dict[str, str]:
        """Bring the services' schemas to head; returns service → revision.

        DsnMissing where a migrator's is not known.
        """
        migrators = {s: dsn for s in services if (dsn := self.dsns[s].migrator)}
        if missing := [f"GOVIT_{s.upper()}_MIGRATOR_DSN" for s in services if s not in migrators]:
            raise DsnMissing(f"set {', '.join(missing)} to migrate")
        return {
            service: migrate(
                service,
                dsn,
                application_role=str(conninfo_to_dict(self.dsns[service].app)["user"]),
                jurisdiction=settings.jurisdiction,
            )
            for service, dsn in migrators.items()
        }

    @property
    def migrates(self) -> bool:
        """Whether any migrator's DSN is known here."""
        return any(dsns.migrator for dsns in self.dsns.values())


@contextmanager
def databases(settings: Settings, services: Iterable[str] = SERVICES) -> Iterator[Databases]:
    """The services' databases for as long as the context lasts.

    With `GOVIT_<SERVICE>_DSN` set for every service those are used; with none, the embedded
    server runs in the instance directory. DsnMissing where only some are set.
    """
    wanted = list(services)
    given = {s: dsn for s in wanted if (dsn := settings.dsn(s))}
    if given or settings.mode is InstanceMode.PRODUCTION:
        missing = [f"GOVIT_{s.upper()}_DSN" for s in wanted if s not in given]
        if missing:
            raise DsnMissing(
                f"set {', '.join(missing)} too, or none for the embedded PostgreSQL,"
                " which is not for production"
            )
        yield Databases(
            {s: ServiceDsns(dsn, settings.dsn(s, migrator=True)) for s, dsn in given.items()}
        )
        return
    embedded = EmbeddedPostgres(settings.home / "postgres")
    try:
        server = embedded.start()
    except PostgresUnavailable:
        server = embedded.attach()  # another process of this instance runs it already
    try:
        yield Databases(provision(server, embedded.passwords))
    finally:
        embedded.stop()

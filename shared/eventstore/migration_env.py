"""What every service's `migrations/env.py` runs: online, as the owner, in one transaction."""

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

_OWNER = """
    SELECT quote_ident(pg_get_userbyid(datdba)), quote_ident(datname),
        pg_has_role(current_user, datdba, 'SET')
    FROM pg_database WHERE datname = current_database()"""


class NotTheMigrator(Exception):
    """The role of the DSN cannot become the owner of the database; says what to set."""


def run() -> None:
    """Upgrade the database that `config.attributes` names, and let the application use it."""
    attributes = context.config.attributes
    engine = create_engine(attributes["url"], poolclass=pool.NullPool)
    with engine.begin() as connection:
        database = _become_owner(connection)
        # Two migrators at once: the second waits and finds nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(7082)"))
        context.configure(connection=connection, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()
        role = connection.dialect.identifier_preparer.quote_identifier(
            attributes["application_role"]
        )
        connection.execute(text(f"GRANT SELECT ON alembic_version TO {role}"))
        _make_room(connection, attributes["view_schemas"], role)
        # Earlier releases built views in schemas that the application made itself.
        connection.execute(text(f"REVOKE CREATE ON DATABASE {database} FROM {role}"))
    engine.dispose()


def _become_owner(connection: Connection) -> str:
    """Act as the owner until the transaction ends; returns the database's name, quoted."""
    owner, database, may = connection.execute(text(_OWNER)).one()
    if not may:
        raise NotTheMigrator(
            f"the role of this DSN cannot become {owner}, the owner of {database}: "
            "set GOVIT_<SERVICE>_MIGRATOR_DSN to the migrator's, "
            "as python -m deploy.postgres.provision prints it"
        )
    connection.execute(text(f"SET LOCAL ROLE {owner}"))
    return str(database)


def _make_room(connection: Connection, schemas: tuple[str, ...], role: str) -> None:
    """The application's views have schemas of their own; what provisioning made stays."""
    for schema in schemas:
        if not connection.dialect.has_schema(connection, schema):
            connection.execute(text(f"CREATE SCHEMA {schema}"))
            connection.execute(text(f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}"))

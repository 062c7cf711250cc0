"""What every service's `migrations/env.py` runs: online, as the owner, in one transaction."""

from alembic import context
from sqlalchemy import create_engine, pool, text


def run() -> None:
    """Upgrade the database that `config.attributes` names, and let the application use it."""
    attributes = context.config.attributes
    engine = create_engine(attributes["url"], poolclass=pool.NullPool)
    with engine.begin() as connection:
        # Two migrators at once: the second waits and finds nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(7082)"))
        context.configure(connection=connection, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()
        role = attributes["application_role"]
        connection.execute(text(f'GRANT SELECT ON alembic_version TO "{role}"'))
        # Views are the application's own: it builds their schema anew beside the old one.
        database = connection.engine.url.database
        connection.execute(text(f'GRANT CREATE ON DATABASE "{database}" TO "{role}"'))
    engine.dispose()

"""迁移: one Alembic history per service; services refuse to start on any other schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

SERVICES = Path(__file__).parents[2] / "services"


VIEW_SCHEMAS = ("views", "views_beside")
"""Where an application keeps its views, and where it builds them anew."""


class SchemaBehind(Exception):
    """The database's schema is not the one this release works with; says what to run."""


def sqlalchemy_url(dsn: str) -> str:
    """A psycopg DSN as SQLAlchemy wants it."""
    return make_url(dsn).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations"))
    return config


def migrate(service: str, migrator_dsn: str, *, application_role: str, jurisdiction: str) -> str:
    """Bring a service's database to head; returns the revision.

    The DSN is of a role that may become the owner of the database, or is it.
    """
    config = _config(service)
    config.attributes.update(
        url=sqlalchemy_url(migrator_dsn),
        application_role=application_role,
        view_schemas=VIEW_SCHEMAS,
        origin=f"govit/{jurisdiction}/{service}",
    )
    command.upgrade(config, "head")
    return str(ScriptDirectory.from_config(config).get_current_head())


def require_head(dsn: str, service: str) -> None:
    """Return if the schema is at head; SchemaBehind otherwise."""
    head = ScriptDirectory.from_config(_config(service)).get_current_head()
    engine = create_engine(sqlalchemy_url(dsn))
    try:
        with engine.connect() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        raise SchemaBehind(
            f"{service}: the database cannot be read ({type(error).__name__}); "
            f"check GOVIT_{service.upper()}_DSN, then run: govit migrate {service}"
        ) from error
    finally:
        engine.dispose()
    if present != head:
        raise SchemaBehind(
            f"{service}: the schema is at {present or 'nothing'}, this release needs {head}; "
            f"run: govit migrate {service}"
        )

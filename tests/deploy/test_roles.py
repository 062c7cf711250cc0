"""数据库角色: what the three roles of each service may not do, attempted as each of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from deploy.instance import Databases, DsnMissing
from deploy.postgres import EmbeddedPostgres, Passwords
from deploy.postgres.provision import SERVICES, ServiceDsns, provision
from shared.eventstore.accesslog import AccessLog, Entry
from shared.eventstore.log import EventLog
from shared.eventstore.migration_env import NotTheMigrator
from shared.eventstore.migrations import migrate
from shared.eventstore.roles import RoleTooStrong, require_application_role
from shared.web.settings import LOGS, Settings
from tests.shared.eventstore.building import now, one
from tests.support.city import as_owner

every_service = pytest.mark.parametrize("service", SERVICES)
every_log = pytest.mark.parametrize("service", LOGS)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    embedded = EmbeddedPostgres(tmp_path_factory.mktemp("roles") / "postgres", durable=False)
    embedded.start()
    yield embedded
    embedded.stop()


@pytest.fixture(scope="module")
def services(instance: EmbeddedPostgres) -> dict[str, ServiceDsns]:
    """Provisioned and migrated, with an event in every log and one followed at the audit."""
    made = provision(instance.attach(), instance.passwords)
    Databases(made).migrate(Settings())
    for service in LOGS:
        log = EventLog(made[service].app, clock=now)
        log.append_now(one())
        log.close()
        access = AccessLog(made[service].app)
        access.open()
        access.store([Entry(now(), "FORBIDDEN", "read_feed", *(None,) * 7)])
        access.close()
    return made


def migrator(dsns: ServiceDsns) -> str:
    assert dsns.migrator is not None
    return dsns.migrator


def refused(dsn: str, statement: str) -> None:
    """The database refuses a statement, for want of a right or because the log is append-only."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        refused_in(connection, statement)


def refused_in(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.RestrictViolation)):
        connection.execute(statement.encode())


REWRITING = [
    "UPDATE public.events SET data = ''",
    "UPDATE public.events SET recorded_at = now() WHERE position = 99",
    "DELETE FROM public.events",
    "TRUNCATE public.events",
    "TRUNCATE public.log_head",
    "DELETE FROM public.log_head",
    "UPDATE public.log_head SET position = 0, frontier = ''",
    "UPDATE public.checkpoints SET note = ''",
    "DELETE FROM public.checkpoints",
    "TRUNCATE public.checkpoints",
    "UPDATE public.log_head SET origin = 'govit/elsewhere'",
    "UPDATE public.access_log SET person = 'nobody'",
    "DELETE FROM public.access_log",
    "TRUNCATE public.access_log",
    "SELECT public.prune_access_log(182)",
    "MERGE INTO public.events USING public.log_head ON true WHEN MATCHED THEN DELETE",
]
"""Refused to everybody, the owner too."""

TAKING_AWAY = [
    "DELETE FROM public.idempotency",
    "UPDATE public.idempotency SET fingerprint = ''",
    "DELETE FROM public.snapshots",
    "DELETE FROM public.tiles",
    "UPDATE public.tiles SET root = root",
    "DELETE FROM public.tracking",
    "DROP TABLE public.events",
    "DROP SCHEMA public CASCADE",
    "DROP FUNCTION public.refuse_rewriting() CASCADE",
    "ALTER TABLE public.events DISABLE TRIGGER ALL",
    "ALTER TABLE public.events DISABLE TRIGGER recorded_stays",
    "ALTER TABLE public.events ADD COLUMN note text",
    "ALTER TABLE public.events OWNER TO current_user",
    "DROP TRIGGER recorded_stays ON public.events",
    "CREATE TRIGGER mine BEFORE INSERT ON public.events"
    " EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO public.events DO INSTEAD NOTHING",
    "CREATE OR REPLACE FUNCTION public.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NEW; END'",
    "BEGIN; LOCK TABLE public.events IN ACCESS EXCLUSIVE MODE",
    "REINDEX TABLE public.events",
]

BUILDING = [
    "CREATE TABLE public.note (text text)",
    "CREATE SCHEMA mine",
    "CREATE TEMPORARY TABLE t (i int)",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION views.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION views.mine() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
    "DO 'BEGIN END'",
    "CREATE EXTENSION vector SCHEMA public",
    "CREATE ROLE another",
    "CREATE DATABASE another",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'text')",
    "SELECT lo_get(1)",
]

OUTSIDE = [
    "COPY public.events TO PROGRAM 'cat'",
    "COPY public.tracking FROM PROGRAM 'echo'",
    "COPY public.events TO '/tmp/events'",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "ALTER SYSTEM SET fsync = off",
    "SET session_replication_role = replica",
    "SELECT pg_reload_conf()",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
]


@every_log
@pytest.mark.parametrize("statement", REWRITING + TAKING_AWAY)
def test_the_application_rewrites_nothing(
    services: dict[str, ServiceDsns], service: str, statement: str
) -> None:
    refused(services[service].app, statement)


@every_log
@pytest.mark.parametrize("statement", REWRITING)
def test_the_owner_rewrites_nothing_either(
    services: dict[str, ServiceDsns], service: str, statement: str
) -> None:
    with as_owner(services[service]) as owner:
        refused_in(owner, statement)


@every_log
@pytest.mark.parametrize("statement", [*REWRITING, *TAKING_AWAY, "SELECT * FROM public.events"])
def test_the_migrator_by_itself_does_nothing(
    services: dict[str, ServiceDsns], service: str, statement: str
) -> None:
    refused(migrator(services[service]), statement)


@every_service
@pytest.mark.parametrize("statement", BUILDING + OUTSIDE)
def test_nobody_builds_or_reaches_outside(
    services: dict[str, ServiceDsns], service: str, statement: str
) -> None:
    refused(services[service].app, statement)
    refused(migrator(services[service]), statement)


@every_service
@pytest.mark.parametrize("statement", OUTSIDE)
def test_the_owner_does_not_reach_outside(
    services: dict[str, ServiceDsns], service: str, statement: str
) -> None:
    with as_owner(services[service]) as owner:
        # What it could become again is the migrator of its session, never the superuser.
        refused_in(owner, statement)


@every_service
def test_no_role_becomes_another_but_the_migrator_its_owner(
    services: dict[str, ServiceDsns], service: str
) -> None:
    roles = [f"govit_{s}{kind}" for s in SERVICES for kind in ("", "_owner", "_migrator")]
    for dsn, allowed in (
        (services[service].app, {f"govit_{service}"}),
        (migrator(services[service]), {f"govit_{service}_migrator", f"govit_{service}_owner"}),
    ):
        become = set()
        for role in roles:
            with psycopg.connect(dsn) as connection:
                try:
                    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
                    become.add(role)
                except errors.InsufficientPrivilege:
                    pass
        assert become == allowed


@every_service
def test_credentials_open_one_database(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns], service: str
) -> None:
    others = [f"govit_{name}" for name in SERVICES if name != service]
    for login in (f"govit_{service}", f"govit_{service}_migrator"):
        password = instance.passwords.of(login)
        for database in [*others, "postgres", "template1"]:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(instance.attach().dsn(database, login, password))


@every_service
def test_a_password_opens_its_own_role_only(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns], service: str
) -> None:
    app, of_migrator = f"govit_{service}", f"govit_{service}_migrator"
    known = {role: instance.passwords.of(role) for role in (app, of_migrator)}
    assert known[app] != known[of_migrator]
    for login, password in (
        (of_migrator, known[app]),
        (app, known[of_migrator]),
        (f"{app}_owner", known[app]),
        (f"{app}_owner", known[of_migrator]),
    ):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(instance.attach().dsn(app, login, password))


@every_service
def test_public_has_nothing(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns], service: str
) -> None:
    with psycopg.connect(instance.attach().dsn(f"govit_{service}")) as admin:
        granted = admin.execute(
            """
            SELECT relname::text FROM pg_class, aclexplode(relacl) AS a
                WHERE a.grantee = 0 AND relnamespace::regnamespace::text IN ('public', 'views')
            UNION ALL SELECT proname FROM pg_proc,
                    aclexplode(coalesce(proacl, acldefault('f', proowner))) AS a
                WHERE a.grantee = 0 AND pronamespace = 'public'::regnamespace
            UNION ALL SELECT nspname FROM pg_namespace, aclexplode(nspacl) AS a
                WHERE a.grantee = 0 AND nspname IN ('public', 'views', 'views_beside')
            UNION ALL SELECT datname FROM pg_database,
                    aclexplode(coalesce(datacl, acldefault('d', datdba))) AS a
                WHERE a.grantee = 0 AND datname <> 'template0'
            UNION ALL SELECT lanname FROM pg_language,
                    aclexplode(coalesce(lanacl, acldefault('l', lanowner))) AS a
                WHERE a.grantee = 0 AND lanpltrusted
            """
        ).fetchall()
    assert granted == []


@every_log
def test_the_application_has_exactly_these_rights(
    services: dict[str, ServiceDsns], service: str
) -> None:
    with psycopg.connect(services[service].app) as app:
        rows = app.execute(
            "SELECT table_name, string_agg(privilege_type::text, ' ' ORDER BY privilege_type)"
            " FROM information_schema.role_table_grants"
            " WHERE table_schema = 'public' AND grantee = current_user GROUP BY 1"
        ).fetchall()
    # Some rights are by columns: into the access log it inserts all but the instant of recording,
    # of a key it changes the secret.
    assert dict(rows) == {
        "access_log": "SELECT",
        "alembic_version": "SELECT",
        "checkpoints": "INSERT SELECT",
        "events": "INSERT SELECT",
        "idempotency": "INSERT SELECT",
        "inbox": "DELETE INSERT SELECT UPDATE",
        "inbox_position": "DELETE INSERT SELECT UPDATE",
        "log_head": "SELECT UPDATE",
        "snapshots": "INSERT SELECT",
        "subject_keys": "INSERT SELECT",
        "tiles": "INSERT SELECT",
        "tracking": "INSERT SELECT UPDATE",
    }


@every_service
def test_migrated_objects_belong_to_the_owner(
    services: dict[str, ServiceDsns], service: str
) -> None:
    with psycopg.connect(services[service].app) as app:
        owners = app.execute(
            "SELECT DISTINCT relowner::regrole::text FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace"
        ).fetchall()
    assert owners == [(f"govit_{service}_owner",)]


# -- brought over from the release before ----------------------------------------------------------


def test_an_instance_of_the_release_before_is_brought_over(
    instance: EmbeddedPostgres, tmp_path: Path
) -> None:
    """There, the owner logged in and migrated, and the application made schemas itself."""
    server, passwords = instance.attach(), Passwords(tmp_path / "passwords.json")
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        for statement in (
            "CREATE ROLE govit_former_owner LOGIN PASSWORD 'former'",
            "CREATE ROLE govit_former LOGIN PASSWORD 'app'",
            "GRANT govit_former_owner TO govit_former",
            "CREATE DATABASE govit_former OWNER govit_former_owner",
            "GRANT CREATE ON DATABASE govit_former TO govit_former",
        ):
            admin.execute(statement.encode())
    with psycopg.connect(server.dsn("govit_former")) as admin:
        admin.execute("ALTER SCHEMA public OWNER TO govit_former_owner")
        admin.execute("CREATE SCHEMA views AUTHORIZATION govit_former")
        admin.execute("SET ROLE govit_former_owner")
        admin.execute("CREATE TABLE kept AS SELECT 'recorded' AS text")
    for _ in range(2):
        dsns = provision(server, passwords, ["former"])["former"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.dsn("govit_former", "govit_former_owner", "former"))
    with as_owner(dsns) as owner:
        assert owner.execute("SELECT text FROM kept").fetchone() == ("recorded",)
    refused(dsns.app, "CREATE SCHEMA mine")
    refused(dsns.app, "SET ROLE govit_former_owner")


# -- the wrong role in the wrong place -------------------------------------------------------------


@every_service
def test_a_service_refuses_to_work_as_anything_but_its_application(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns], service: str
) -> None:
    require_application_role(services[service].app, service)
    variable = f"set GOVIT_{service.upper()}_DSN to the application's role"
    for dsn in (migrator(services[service]), instance.attach().dsn(f"govit_{service}")):
        with pytest.raises(RoleTooStrong, match=re.escape(variable)):
            require_application_role(dsn, service)


def test_a_role_that_was_given_too_much_is_refused(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns]
) -> None:
    with psycopg.connect(instance.attach().dsn("govit_budget"), autocommit=True) as admin:
        admin.execute("GRANT UPDATE (data) ON events TO govit_budget")
        try:
            with pytest.raises(RoleTooStrong, match="may change or remove events"):
                require_application_role(services["budget"].app, "budget")
        finally:
            admin.execute("REVOKE UPDATE (data) ON events FROM govit_budget")


def test_the_application_cannot_migrate(services: dict[str, ServiceDsns]) -> None:
    with pytest.raises(NotTheMigrator, match="MIGRATOR_DSN"):
        migrate(
            "audit", services["audit"].app, application_role="govit_audit", jurisdiction="511100"
        )


def test_migrating_without_a_migrator_names_what_is_missing() -> None:
    known = Databases({"budget": ServiceDsns("postgresql://app@/budget")})
    assert not known.migrates
    with pytest.raises(DsnMissing, match="GOVIT_BUDGET_MIGRATOR_DSN"):
        known.migrate(Settings(), ["budget"])

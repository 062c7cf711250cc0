"""The embedded server on a real machine: it starts, recovers, and never outlives its owner."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from deploy.postgres import EmbeddedPostgres, Passwords, PostgresUnavailable, Server
from deploy.postgres.identity import as_nobody, in_namespace
from deploy.postgres.provision import SERVICES, ServiceDsns, provision
from tests.support.city import as_owner

PROJECT = Path(__file__).parents[2]

OWNER = """
import sys, time
from pathlib import Path
import psycopg
from deploy.postgres import EmbeddedPostgres
embedded = EmbeddedPostgres(Path(sys.argv[1]))
with psycopg.connect(embedded.start().dsn(), autocommit=True) as connection:
    connection.execute("UPDATE note SET text = %s", sys.argv[2:])
    print((embedded.data_dir / "server/cluster/postmaster.pid").read_text().split()[0], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that other accounts may pass through, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="govit-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with a note in it, made with the precautions of production."""
    embedded = EmbeddedPostgres(tmp_path_factory.mktemp("original") / "postgres")
    with embedded as server:
        leave_note(server)
    return embedded.data_dir


@pytest.fixture
def stopped(original: Path) -> Iterator[EmbeddedPostgres]:
    """That instance, to be left stopped and whole."""
    embedded = EmbeddedPostgres(original)
    yield embedded
    embedded.stop()


@pytest.fixture
def expendable(original: Path, directory: Path) -> EmbeddedPostgres:
    """A copy of that instance, to be damaged."""
    return EmbeddedPostgres(Path(shutil.copytree(original, directory / "postgres")))


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    embedded = EmbeddedPostgres(tmp_path_factory.mktemp("instance") / "postgres", durable=False)
    embedded.start()
    yield embedded
    embedded.stop()


@pytest.fixture(scope="module")
def services(instance: EmbeddedPostgres) -> dict[str, ServiceDsns]:
    return provision(instance.attach(), instance.passwords)


def test_data_survives_a_restart(stopped: EmbeddedPostgres) -> None:
    with stopped as server, psycopg.connect(server.dsn()) as connection:
        connection.execute("UPDATE note SET text = 'before the restart'")
    with stopped as server:
        assert read_note(server) == "before the restart"


def test_it_is_durable_unless_told_otherwise(stopped: EmbeddedPostgres) -> None:
    with stopped as server:
        assert answer(server.dsn(), "SHOW fsync") == "on"
        assert answer(server.dsn(), "SHOW synchronous_commit") == "on"
        assert answer(server.dsn(), "SHOW full_page_writes") == "on"


def test_a_stopped_server_leaves_no_socket(stopped: EmbeddedPostgres) -> None:
    sockets = socket_directory(stopped.start())
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    stopped.stop()
    assert not sockets.exists()


def test_nothing_listens_on_tcp(instance: EmbeddedPostgres) -> None:
    assert answer(instance.attach().dsn(), "SHOW listen_addresses") == ""


def test_text_sorts_by_code_point(instance: EmbeddedPostgres) -> None:
    assert (
        answer(instance.attach().dsn(), "SELECT max(c) FROM unnest('{a,B,中,é}'::text[]) c") == "中"
    )
    assert (
        answer(instance.attach().dsn(), "SELECT min(c) FROM unnest('{a,B,中,é}'::text[]) c") == "B"
    )


def test_two_instances_run_side_by_side(
    instance: EmbeddedPostgres, stopped: EmbeddedPostgres
) -> None:
    with stopped as other:
        assert read_note(other)
        assert answer(instance.attach().dsn(), "SELECT to_regclass('note')") is None


def test_a_running_instance_is_not_started_twice(instance: EmbeddedPostgres) -> None:
    with pytest.raises(PostgresUnavailable, match=f"已由进程 {os.getpid()} 启动"):
        EmbeddedPostgres(instance.data_dir).start()
    assert answer(instance.attach().dsn(), "SELECT 1") == 1


def test_another_process_attaches_to_a_running_instance(instance: EmbeddedPostgres) -> None:
    assert answer(EmbeddedPostgres(instance.data_dir).attach().dsn(), "SELECT 1") == 1


def test_there_is_nothing_to_attach_to_when_none_runs(directory: Path) -> None:
    with pytest.raises(PostgresUnavailable, match="没有正在运行"):
        EmbeddedPostgres(directory / "postgres").attach()


def kill_owner(owner: int, postmaster: int) -> None:
    os.kill(owner, signal.SIGKILL)


def kill_warden(owner: int, postmaster: int) -> None:
    os.kill(parent_of(postmaster), signal.SIGKILL)


def kill_postmaster(owner: int, postmaster: int) -> None:
    os.kill(postmaster, signal.SIGKILL)


@pytest.mark.parametrize("kill", [kill_owner, kill_warden, kill_postmaster])
def test_a_kill_leaves_no_server_and_no_loss(
    stopped: EmbeddedPostgres, kill: Callable[[int, int], None]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, stopped.data_dir, kill.__name__],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        postmaster = int(owner.stdout.readline())
        kill(owner.pid, postmaster)
        await_end(postmaster)
        owner.kill()
    with stopped as server:
        assert read_note(server) == kill.__name__


def test_a_pid_file_naming_a_stranger_blocks_nothing(stopped: EmbeddedPostgres) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
        pid_file = stopped.data_dir / "server/cluster/postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{pid_file.parent}\n0\n5432\n\n\n\n\n")
        try:
            with stopped as server:
                assert read_note(server)
        finally:
            stranger.kill()


def test_a_half_made_cluster_is_made_again(directory: Path) -> None:
    draft = directory / "postgres/server/cluster.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(directory / "postgres", durable=False) as server:
        assert answer(server.dsn(), "SELECT 1") == 1


def test_a_cluster_without_its_password_is_not_guessed_at(expendable: EmbeddedPostgres) -> None:
    expendable.passwords.path.unlink()
    with pytest.raises(PostgresUnavailable, match="没有数据库管理员口令"):
        expendable.start()


def test_an_emptied_pid_file_blocks_nothing(stopped: EmbeddedPostgres) -> None:
    (stopped.data_dir / "server/cluster/postmaster.pid").write_text("")
    with stopped as server:
        assert read_note(server)


def test_a_server_started_by_hand_is_left_alone(
    instance: EmbeddedPostgres, expendable: EmbeddedPostgres
) -> None:
    """It holds no lock of ours, yet works in the data directory."""
    foreign = instance.data_dir / "server/cluster"
    shutil.rmtree(expendable.data_dir / "server/cluster")
    (expendable.data_dir / "server/cluster").symlink_to(foreign)
    with pytest.raises(PostgresUnavailable, match="请先停止它"):
        expendable.start()
    assert answer(instance.attach().dsn(), "SELECT 1") == 1


def test_a_failed_start_says_why(expendable: EmbeddedPostgres) -> None:
    (expendable.data_dir / "server/cluster/pg_hba.conf").write_text("nonsense\n")
    with pytest.raises(PostgresUnavailable, match=r"pg_hba\.conf"):
        expendable.start()


def test_a_data_directory_may_be_deeper_than_a_socket_path(
    original: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")  # settings of other servers must not lead astray
    monkeypatch.setenv("PGDATA", "/nowhere")
    deep = directory / "/".join(["很深的目录"] * 12)
    assert len(os.fsencode(deep)) > 107
    with EmbeddedPostgres(Path(shutil.copytree(original, deep))) as server:
        assert read_note(server)


def test_an_ordinary_user_runs_it_too(directory: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("every other test here ran as an ordinary user")
    if in_namespace() is None:
        pytest.skip("root cannot pose as an ordinary user here")
    script = """
import os, sys
from pathlib import Path
import psycopg
from deploy.postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
    with psycopg.connect(server.dsn()) as connection:
        print(os.geteuid(), connection.execute("SELECT 1").fetchone()[0])
"""
    ran = subprocess.run(
        ["unshare", "--user", "--map-user=1000", sys.executable, "-c", script, directory / "pg"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout == "1000 1\n", ran.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_root_without_user_namespaces_runs_it_as_nobody(directory: Path) -> None:
    embedded = EmbeddedPostgres(directory / "postgres", durable=False, identity=as_nobody())
    leave_note(embedded.start())
    embedded.stop()
    cluster = directory / "postgres/server/cluster"
    assert cluster.stat().st_uid == as_nobody().uid
    assert stat.S_IMODE(embedded.passwords.path.stat().st_mode) == 0o600
    with EmbeddedPostgres(directory / "postgres", durable=False) as server:
        assert read_note(server)


def test_each_service_works_in_its_own_database(services: dict[str, ServiceDsns]) -> None:
    for name, dsns in services.items():
        assert answer(dsns.app, "SELECT current_database()") == f"govit_{name}"
        assert answer(dsns.app, "SELECT current_user") == f"govit_{name}"
        assert dsns.migrator is not None
        assert answer(dsns.migrator, "SELECT current_user") == f"govit_{name}_migrator"


def test_a_service_cannot_enter_other_databases(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns]
) -> None:
    login, password = "govit_registry", instance.passwords.of("govit_registry")
    others = [f"govit_{name}" for name in SERVICES if name != "registry"]
    for database in [*others, "postgres", "template1"]:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(instance.attach().dsn(database, login, password))


def test_a_service_needs_its_password(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns]
) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(instance.attach().dsn("govit_registry", "govit_registry", "guess"))


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE note (text text)", "CREATE SCHEMA mine", "CREATE TEMPORARY TABLE t (i int)"],
)
def test_a_service_creates_nothing_outside_views(
    services: dict[str, ServiceDsns], statement: str
) -> None:
    with psycopg.connect(services["budget"].app) as app, pytest.raises(InsufficientPrivilege):
        app.execute(statement)


def test_a_service_rebuilds_its_views(services: dict[str, ServiceDsns]) -> None:
    with psycopg.connect(services["budget"].app) as app:
        app.execute("CREATE TABLE views.payments (amount bigint)")
        app.execute("DROP TABLE views.payments")


def test_a_service_reads_only_what_migrations_grant(services: dict[str, ServiceDsns]) -> None:
    with as_owner(services["audit"]) as owner:
        owner.execute("CREATE TABLE granted AS SELECT 1 AS n")
        owner.execute("CREATE TABLE withheld AS SELECT 1 AS n")
        owner.execute("GRANT SELECT ON granted TO govit_audit")
    assert answer(services["audit"].app, "SELECT n FROM granted") == 1
    with pytest.raises(InsufficientPrivilege):
        answer(services["audit"].app, "SELECT n FROM withheld")


def test_provisioning_again_changes_nothing(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns]
) -> None:
    assert provision(instance.attach(), instance.passwords) == services
    assert answer(services["registry"].app, "SELECT 1") == 1


def test_provisioning_puts_rights_back(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns]
) -> None:
    with psycopg.connect(instance.attach().dsn("govit_approval")) as admin:
        admin.execute("GRANT CREATE ON SCHEMA public TO govit_approval")
        admin.execute("ALTER ROLE govit_approval CREATEROLE PASSWORD 'lost'")
    provision(instance.attach(), instance.passwords)
    with psycopg.connect(services["approval"].app) as app, pytest.raises(InsufficientPrivilege):
        app.execute("CREATE TABLE note (text text)")


def test_operators_provision_a_server_of_their_own(
    stopped: EmbeddedPostgres, tmp_path: Path
) -> None:
    (tmp_path / "passwords.json").write_text('{"govit_audit": "given"}')
    with stopped as server:
        printed = subprocess.run(
            [sys.executable, "-m", "deploy.postgres.provision", tmp_path / "passwords.json"],
            cwd=PROJECT,
            env={**os.environ, "GOVIT_SUPERUSER_DSN": server.superuser_dsn},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        environment = dict(line.split("=", 1) for line in printed.splitlines())
        assert len(environment) == 2 * len(SERVICES)
        for dsn in environment.values():
            assert answer(dsn, "SELECT 1") == 1
        assert answer(server.dsn("govit_audit", "govit_audit", "given"), "SELECT 1") == 1


def test_given_passwords_are_used_and_kept(tmp_path: Path) -> None:
    given = Passwords(tmp_path / "passwords.json", {"govit_audit": "given"})
    assert given.of("govit_audit") == "given"
    assert Passwords(given.path).of("govit_audit") == "given"
    assert Passwords(given.path).of("govit_budget") == given.of("govit_budget")
    assert stat.S_IMODE(given.path.stat().st_mode) == 0o600


def test_no_password_shows_in_a_representation(
    instance: EmbeddedPostgres, services: dict[str, ServiceDsns]
) -> None:
    shown = repr((instance.attach(), services))
    for role in ("postgres", "govit_audit", "govit_audit_migrator"):
        assert instance.passwords.of(role) not in shown


def leave_note(server: Server) -> None:
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS text")


def read_note(server: Server) -> object:
    return answer(server.dsn(), "SELECT text FROM note")


def answer(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def socket_directory(server: Server) -> Path:
    return Path(str(answer(server.dsn(), "SHOW unix_socket_directories")))


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def await_end(pid: int, patience: float = 10.0) -> None:
    """A process that only waits for its parent to notice has ended, too."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} still runs after {patience} s")

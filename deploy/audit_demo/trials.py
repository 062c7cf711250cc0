"""五种攻击: each is made on copies, and who notices it, and where, is looked at."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import psycopg
import structlog

from deploy.audit_demo import attacks, auditor
from deploy.audit_demo.auditor import Kept
from deploy.audit_demo.copies import Copies
from deploy.audit_demo.findings import Findings
from deploy.audit_demo.offline import Desk, Ran
from deploy.demo.client import City
from deploy.demo.sandbox import Ground
from shared.eventstore.verify import verify
from shared.web.clock import SandboxClock
from shared.web.settings import LOGS
from shared.web.signing_keys import log_keys, origin_of

REWRITTEN, CUT = "approval", "acceptance"
"""The logs of which one is made anew and one is cut off."""


@dataclass(frozen=True)
class Trial:
    """An attack that leaves the hashes alone, told in Chinese, and where it must be noticed."""

    title: str
    told: str
    attack: Callable[[attacks.Session], int]
    noticed_after: int = 0
    """How far behind the attacked position the first fault stands."""


TRIALS = (
    Trial("一、改动一个事件的一个字节", "把一份批复的总投资改了一位数字", attacks.alter),
    Trial("二、删除一个事件", "把一次不予受理从日志中删去", attacks.delete),
    Trial("三、调换两个事件", "把批复与其前一事件调换位置", attacks.swap),
    Trial("三之二、插入一个事件", "插入一份伪造的会签，其叶哈希算得无误", attacks.insert, 1),
)


class Court:
    """Where attacks are tried: on copies of a city that has closed."""

    def __init__(self, ground: Ground, findings: Findings, desk: Desk, kept: Kept) -> None:
        self._ground, self._findings, self._desk, self._kept = ground, findings, desk, kept
        self._copies = Copies(ground)

    def holder(self, service: str) -> attacks.Holder:
        """Who has got hold of a log's true key."""
        settings = self._ground.settings
        clock = SandboxClock(settings.home / "clock.json")
        return attacks.Holder(log_keys(settings, service).in_force, clock.now)

    # -- triggers --------------------------------------------------------------------------

    def triggers(self) -> None:
        """What stands before a superuser who has not switched it off."""
        with self._copies.of(REWRITTEN) as copies:
            for role in ("origin", "replica"):
                reason = self._refusal(copies[REWRITTEN], role)
                claim = f"session_replication_role = {role} 时直接改写：触发器拒绝"
                self._findings.expect(bool(reason), claim, reason)
        self._findings.note("于是攻击者以 ALTER TABLE … DISABLE TRIGGER ALL 停用触发器，再行改写")

    def _refusal(self, database: str, role: str) -> str:
        try:
            with self._copies.as_superuser(database) as connection:
                found = attacks.alteration(connection)
                connection.execute(f"SET session_replication_role = {role}".encode())
                connection.execute(attacks.ALTER, found)
        except psycopg.errors.RestrictViolation as refused:
            return str(refused.diag.message_primary)
        return ""

    # -- the hashes are left alone ---------------------------------------------------------

    def try_simple(self, trial: Trial) -> None:
        self._findings.chapter(trial.title, f"{REWRITTEN}：{trial.told}")
        with self._copies.of(REWRITTEN) as copies:
            before = verify(self._copies.dsns(copies)[REWRITTEN])
            self._findings.expect(before.ok, f"此前 govit verify：{before.checked} 条一致")
            with self._copies.as_superuser(copies[REWRITTEN]) as connection:
                attacks.disarm(connection)
                attacked = trial.attack(connection)
            finding = verify(self._copies.dsns(copies)[REWRITTEN])
            self._findings.expect(
                not finding.ok and finding.position == attacked + trial.noticed_after,
                f"govit verify 发现：{REWRITTEN} 位置 {attacked + trial.noticed_after}",
                finding.reason or "没有发现不符",
            )

    # -- the hashes are made anew ----------------------------------------------------------

    @contextmanager
    def forged(self) -> Iterator["Forged"]:
        """A copy of all databases, of which one log was cut and one made anew."""
        with self._copies.of(*self._ground.dsns) as copies:
            places = {}
            for service, attack in {CUT: attacks.cut, REWRITTEN: attacks.rewrite}.items():
                with self._copies.as_superuser(copies[service]) as connection:
                    attacks.disarm(connection)
                    places[service] = attack(connection, self.holder(service))
            yield Forged(self._ground, self._copies, copies, places)

    def hashes_say_nothing(self, forged: "Forged") -> None:
        """The log by itself is sound again: that is why somebody else must know it."""
        for service, place in forged.places.items():
            finding = verify(forged.dsns[service])
            what = f"自位置 {place} 起被截去" if service == CUT else f"位置 {place} 被改写"
            self._findings.expect(
                finding.ok,
                f"govit verify 单独看不出：{service} {what}，{finding.checked} 条自相一致",
                finding.reason or "",
            )

    def witness_sees(self, alarms: Mapping[str, Mapping[str, str]]) -> None:
        """The audit service, whose own database is still its own."""
        for service, fault in {CUT: "SHORTER", REWRITTEN: "FORKED"}.items():
            alarm = alarms.get(service, {})
            self._findings.expect(
                alarm.get("fault") == fault,
                f"见证（审计服务）报警：{service}",
                alarm.get("reason", "没有报警"),
            )
        self._two_roots(str(alarms.get(REWRITTEN, {}).get("note", "")))
        others = alarms.keys() - {CUT, REWRITTEN}
        self._findings.expect(not others, "未受攻击的日志没有报警", "、".join(sorted(others)))

    def _two_roots(self, shown: str) -> None:
        """What the log showed when it was forged, beside what the auditor kept of that size."""
        size, root = auditor.size_and_root(shown)
        kept = self._kept.notes[REWRITTEN].get(size, "")
        settings = self._ground.settings
        keys, origin = auditor.keys_of(settings.home), origin_of(settings, REWRITTEN)
        self._findings.expect(
            bool(kept)
            and root != auditor.size_and_root(kept)[1]
            and all(origin in auditor.signers(note, keys) for note in (shown, kept)),
            f"警报存有证据：{REWRITTEN} 的同一密钥，在 {size} 条时签了两个不同的根",
        )

    def kept_checkpoints_see(self, forged: "Forged", bundle: bytes, keys: str) -> None:
        """What the auditor's own checkpoints say of a bundle made by the forger himself."""
        name = self._desk.put("forged.zip", bundle)
        alone = self._desk.verify(name, "--key", keys)
        self._findings.expect(
            alone.code == 0,
            "只凭包和真实公钥看不出：伪造的日志有真实的签名和会签",
            alone.line("VALID") or alone.said.strip(),
        )
        self._rewriting_is_seen(name, keys, forged.places[REWRITTEN])
        self._cutting_is_seen(name, keys, forged.places[CUT])

    def _rewriting_is_seen(self, name: str, keys: str, place: int) -> None:
        sizes = self._kept.sizes(REWRITTEN)
        first = max((size for size in sizes if size < place), default=0) + 1
        last = min(size for size in sizes if size >= place)
        ran = self._verified(name, keys, REWRITTEN)
        fault = ran.told.get("fault") or {}
        self._findings.expect(
            ran.code == 1
            and fault.get("service") == REWRITTEN
            and f"positions {first} to {last}:" in fault.get("english", ""),
            f"所留检查点揭穿改写：{REWRITTEN} 位置 {first} 至 {last} 之间（实为 {place}）",
            fault.get("chinese") or ran.said.strip()[:200],
        )

    def _cutting_is_seen(self, name: str, keys: str, place: int) -> None:
        size = self._kept.sizes(CUT)[-1]
        ran = self._verified(name, keys, CUT)
        sizes = {log["service"]: log["size"] for log in ran.told.get("logs", ())}
        said = next((line for line in ran.told.get("lines", ()) if "所核验的日志比" in line), "")
        self._findings.expect(
            ran.code == 3 and bool(said) and sizes.get(CUT) == place - 1 < size,
            f"所留检查点揭穿截短：{CUT} 曾有 {size} 条，现只有 {place - 1} 条",
            said.strip() or ran.said.strip()[:200],
        )

    def _verified(self, name: str, keys: str, service: str) -> Ran:
        """The verifier's word on a bundle, beside what was kept of one log."""
        kept = kept_on(self._desk, self._kept, service)
        return self._desk.verify(name, "--key", keys, *kept, "--json")


@dataclass(frozen=True)
class Forged:
    """Copies after the attack: where each log was attacked, and how the copies are reached."""

    ground: Ground
    copies: Copies
    names: Mapping[str, str]
    places: Mapping[str, int]

    @property
    def dsns(self) -> dict[str, str]:
        return self.copies.dsns(self.names)

    @contextmanager
    def running(self) -> Iterator[str]:
        """The address of the city over the copies."""
        with _unlogged(), self.ground.running(self.dsns) as address:
            yield address

    def blind_witness(self) -> None:
        """The forger has the witness's database too."""
        with self.copies.as_superuser(self.names["audit"]) as connection:
            attacks.blind_witness(connection)


def kept_on(desk: Desk, kept: Kept, *services: str) -> Sequence[str]:
    """Options that name the kept checkpoints of some logs, laid on the desk."""
    options: list[str] = []
    for service in services or LOGS:
        for size, note in sorted(kept.notes[service].items()):
            options += ["--checkpoint", desk.put(f"{service}-{size}.txt", note.encode())]
    return options


async def forged_bundle(city: City, first: date) -> bytes:
    """All days of the forged logs, as far as the blinded witness has cosigned them again."""
    await auditor.keep_all(city, Kept())
    return await auditor.range_bundle(city, first, await city.today())


@contextmanager
def _unlogged() -> Iterator[None]:
    # A city over forged logs complains, as it should; here it is asked instead.
    usual = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(wrapper_class=usual)

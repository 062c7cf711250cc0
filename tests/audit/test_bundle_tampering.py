"""核验: whoever changes a whole log's bundle, however thoroughly, is caught at the first position.

From one who flips a byte to one who writes the whole log anew, with every leaf, path, root and
sum, and signs it with the log's own key: against him stand the witness and the checkpoint kept.
"""

import contextlib
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.bundle import archived
from services.audit.bundle.tree import PackedTree
from services.audit.bundle.verify import (
    FIELDS,
    SUMS,
    Fault,
    check,
    held,
    leaf_input,
    line,
    main,
    page,
    sums_of,
)
from shared.eventstore.merkle import HashName, digest_of
from shared.web.settings import LOGS
from tests.audit.bundles import Rows, maker, ranged, replace, restamped, rows, unpacked
from tests.audit.signing import Signer, note
from tests.audit.test_bundle_proofs import consistency

Files = dict[str, bytes]
ALL = (date(2000, 1, 1), date(2099, 12, 31))
HALF_A_DAY = timedelta(hours=12)
SM3 = digest_of("sm3")
few = settings(deadline=None, max_examples=12)

SIGNERS = {service: Signer(f"govit/511100/{service}", 1, 40 + n) for n, service in enumerate(LOGS)}
SM2 = {service: Signer(f"govit/511100/{service}", 255) for service in LOGS}
WITNESS = Signer("audit.leshan.example/witness", 4, 7)
KEYS = [*(s.vkey for s in SIGNERS.values()), *(s.vkey for s in SM2.values()), WITNESS.vkey]


@cache
def logs() -> Rows:
    return rows(every=HALF_A_DAY)


def root_at(log: list[Any], size: int) -> str:
    files = unpacked(ranged({"registry": log[:size]}, ALL))
    root: str = json.loads(files["logs.json"])["logs"][0]["root"]
    return root


def notes(of: Rows, *, witnessed: bool = True) -> dict[str, str]:
    """Checkpoints of whole logs, signed by each log with both its keys, and by the witness."""
    return {
        service: note(
            f"govit/511100/{service}",
            len(log),
            root_at(log, len(log)),
            *(SIGNERS[service], SM2[service], *([WITNESS] * witnessed)),
        )
        for service, log in of.items()
    }


@cache
def whole() -> Files:
    """A bundle that holds the four logs from their first event to their last."""
    return unpacked(ranged(logs(), ALL, notes=notes(logs()), by=maker(*KEYS)))


def lines(name: str = "events.ndjson") -> list[bytes]:
    return whole()[name].splitlines(keepends=True)


def events() -> list[dict[str, Any]]:
    return [json.loads(each) for each in lines()]


def summed(files: Files) -> Files:
    rest = {name: content for name, content in files.items() if name != SUMS}
    return rest | {SUMS: sums_of(held(rest), sorted(rest))}


def changed(**files: list[bytes]) -> Files:
    return summed(whole() | {f"{n}.ndjson": b"".join(content) for n, content in files.items()})


def place_of(files: Files) -> tuple[str | None, int | None]:
    with pytest.raises(Fault) as found:
        check(files)
    return found.value.where.service, found.value.where.position


def at(event: dict[str, Any]) -> tuple[str, int]:
    return event["service"], event["position"]


def run(files: Files, tmp_path: Path, *options: str) -> tuple[int, str]:
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(archived(files))
    return ran(str(bundle), *options)


def ran(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(list(arguments))
    return code, out.getvalue()


def as_file(folder: Path, name: str, content: str) -> str:
    (folder / name).write_text(content, "utf-8")
    return str(folder / name)


def given_keys(*signers: Signer) -> list[str]:
    return [part for each in signers for part in ("--key", each.vkey)]


# -- one who changes a line ---------------------------------------------------------------------


OTHER: dict[str, Callable[[Any], Any]] = {
    "service": lambda v: "approval" if v != "approval" else "registry",
    "position": lambda v: v + 1000,
    "stream": lambda v: v + "0",
    "version": lambda v: v + 1,
    "event_id": lambda v: v[:-1] + ("0" if v[-1] != "0" else "1"),
    "type": lambda v: v + "X",
    "schema_version": lambda v: v + 1,
    "data": lambda v: v.replace("}", " }", 1),
    "meta": lambda v: v.replace("}", " }", 1),
    "effective_on": lambda v: "2031" + v[4:],
    "recorded_at": lambda v: v[:-2] + ("1" if v[-2] != "1" else "2") + "Z",
    "leaf": lambda v: ("0" if v[0] != "0" else "1") + v[1:],
}


@pytest.mark.parametrize("field", FIELDS)
def test_any_other_value_of_any_column_of_any_event_is_named(field: str) -> None:
    for number, event in enumerate(events()):
        forged = lines()
        forged[number] = line({**event, field: OTHER[field](event[field])})
        service, position = place_of(changed(events=forged))
        if field not in ("service", "position"):
            assert (service, position) == at(event)


@pytest.mark.parametrize("field", [f for f in FIELDS if f not in ("service", "position", "leaf")])
def test_a_column_that_was_changed_together_with_its_leaf_is_named(field: str) -> None:
    for number, event in enumerate(events()):
        forged = {**event, field: OTHER[field](event[field])}
        forged["leaf"] = SM3(b"\x00" + leaf_input(forged)).hex()
        texts = lines()
        texts[number] = line(forged)
        assert place_of(changed(events=texts)) == at(event)


@few
@given(st.integers(0, 10**9), st.integers(0, 255))
def test_a_flipped_byte_anywhere_is_found(where: int, byte: int) -> None:
    for name in ("events.ndjson", "proofs.ndjson", "logs.json", "checkpoints/budget.txt"):
        content = whole()[name]
        flip = where % len(content)
        forged = content[:flip] + bytes([byte]) + content[flip + 1 :]
        if forged != content:
            with pytest.raises(Fault):
                check(whole() | {name: forged})


def test_a_line_left_out_is_named_with_its_proof_and_without() -> None:
    proofs = lines("proofs.ndjson")
    for number, event in enumerate(events()):
        kept = [text for n, text in enumerate(lines()) if n != number]
        assert place_of(changed(events=kept)) == at(event)
        also = [text for n, text in enumerate(proofs) if n != number]
        assert place_of(changed(events=kept, proofs=also)) == at(event)


def test_a_log_that_was_cut_is_named_where_it_ends() -> None:
    every, proofs = events(), lines("proofs.ndjson")
    for service in LOGS:
        numbers = [n for n, event in enumerate(every) if event["service"] == service]
        gone = set(numbers[-3:])
        kept = [text for n, text in enumerate(lines()) if n not in gone]
        also = [text for n, text in enumerate(proofs) if n not in gone]
        first = at(every[numbers[-3]])
        assert place_of(changed(events=kept, proofs=also)) == first
        logs_json = json.loads(whole()["logs.json"])
        next(log for log in logs_json["logs"] if log["service"] == service)["events"] -= 3
        rest = changed(events=kept, proofs=also) | {"logs.json": page(logs_json)}
        assert place_of(summed(rest)) == first


def test_two_lines_that_changed_places_are_named() -> None:
    every, proofs = events(), lines("proofs.ndjson")
    for number in range(len(every) - 1):
        texts, paths = lines(), list(proofs)
        texts[number : number + 2] = reversed(texts[number : number + 2])
        assert place_of(changed(events=texts)) == at(every[number + 1])
        paths[number : number + 2] = reversed(paths[number : number + 2])
        service, _ = place_of(changed(events=texts, proofs=paths))
        assert service in (every[number]["service"], every[number + 1]["service"])


def test_an_inserted_event_is_named() -> None:
    every, proofs = events(), lines("proofs.ndjson")
    for number, event in enumerate(every):
        forged = {**event, "event_id": "00000000-0000-4000-8000-000000000000"}
        forged["leaf"] = SM3(b"\x00" + leaf_input(forged)).hex()
        texts, paths = lines(), list(proofs)
        texts.insert(number, line(forged))
        paths.insert(number, proofs[number])
        assert place_of(changed(events=texts, proofs=paths)) == at(event)


# -- one who writes the whole log anew ----------------------------------------------------------


def amended() -> Rows:
    """The logs with one event of each altered, every leaf made again."""
    return restamped(
        {
            service: [
                replace(row, effective_on=row.effective_on - timedelta(days=1)) if n == 2 else row
                for n, row in enumerate(log)
            ]
            for service, log in logs().items()
        }
    )


def without_an_event() -> Rows:
    return restamped({s: [*log[:2], *log[3:]] for s, log in logs().items()})


def reordered() -> Rows:
    return restamped({s: [*log[:2], log[3], log[2], *log[4:]] for s, log in logs().items()})


def cut_short() -> Rows:
    return {service: log[:-2] for service, log in logs().items()}


FORGED = {"amended": amended, "removed": without_an_event, "cut": cut_short}


def forged(name: str, *, witnessed: bool) -> Files:
    """What a forger with the logs' own keys hands out, under the keys of all."""
    of = FORGED[name]()
    return unpacked(ranged(of, ALL, notes=notes(of, witnessed=witnessed), by=maker(*KEYS)))


@pytest.mark.parametrize("name", FORGED)
def test_what_was_signed_again_with_the_logs_keys_lacks_the_cosignature(
    name: str, tmp_path: Path
) -> None:
    files = forged(name, witnessed=False)
    by_logs = given_keys(*SIGNERS.values())
    assert run(files, tmp_path)[0] == run(files, tmp_path, *by_logs)[0] == 0
    code, said = run(files, tmp_path, *by_logs, *given_keys(WITNESS))
    size = len(FORGED[name]()["registry"])
    assert (code, f"registry position {size}: it bears no cosignature" in said) == (1, True)


@pytest.mark.parametrize("name", FORGED)
def test_a_cosignature_that_was_taken_from_another_checkpoint_is_not_good(
    name: str, tmp_path: Path
) -> None:
    files = forged(name, witnessed=False)
    true_line = notes(logs())["registry"].splitlines(keepends=True)[-1]
    files["checkpoints/registry.txt"] += true_line.encode()
    code, said = run(summed(files), tmp_path, *given_keys(WITNESS))
    assert (code, f"the signature of {WITNESS.name} is not good" in said) == (1, True)


def kept(size: int, tmp_path: Path, service: str = "registry") -> list[str]:
    """A checkpoint that the auditor took home when the log had that size."""
    root = root_at(logs()[service], size)
    text = note(f"govit/511100/{service}", size, root, SIGNERS[service])
    return ["--checkpoint", as_file(tmp_path, f"{service}-{size}.txt", text)]


@pytest.mark.parametrize("service", LOGS)
def test_a_checkpoint_that_was_kept_bounds_where_the_log_was_rewritten(
    service: str, tmp_path: Path
) -> None:
    early, late = kept(2, tmp_path, service), kept(4, tmp_path, service)
    assert run(whole(), tmp_path, *early, *late)[0] == 0
    for name in ("amended", "removed"):
        files = forged(name, witnessed=True)
        assert run(files, tmp_path, *early)[0] == 0
        code, said = run(files, tmp_path, *late, *early, "--json")
        told = json.loads(said)
        assert (code, told["fault"]["service"], told["fault"]["position"]) == (1, service, 3)
        assert f"{service} positions 3 to 4: not the log of the checkpoint kept" in said


def test_a_log_that_was_cut_and_signed_again_cannot_show_what_was_kept(tmp_path: Path) -> None:
    files, log = forged("cut", witnessed=True), logs()["registry"]
    whole_log = kept(len(log), tmp_path)
    code, said = run(files, tmp_path, *whole_log)
    assert (code, "it may have been cut" in said) == (3, True)
    proof = {
        **{"origin": "govit/511100/registry", "hash": "sm3"},
        **{"from": len(log) - 2, "to": len(log)},
        "path": [SM3(b"made up").hex()],
    }
    forged_proof = as_file(tmp_path, "proof.json", json.dumps(proof))
    code, said = run(files, tmp_path, *whole_log, "--consistency", forged_proof)
    assert (code, "is not proven to be the beginning" in said) == (1, True)


def test_a_reordered_log_is_found_by_its_instants_or_by_what_was_kept(tmp_path: Path) -> None:
    of = reordered()
    files = unpacked(ranged(of, ALL, notes=notes(of), by=maker(*KEYS)))
    code, said = run(files, tmp_path)
    assert (code, "registry position 4" in said, "before its predecessor" in said) == (
        1,
        True,
        True,
    )


# -- whom to believe ----------------------------------------------------------------------------


def test_without_keys_of_ones_own_it_says_whom_it_believed(tmp_path: Path) -> None:
    code, said = run(whole(), tmp_path)
    assert code == 0
    assert "没有给出 --key，签名以包内自带的公钥核验" in said
    for line_of_text in said.splitlines():
        if "cosignature/v1" in line_of_text and len(line_of_text.split()) == 3:
            assert len(line_of_text.split()[-1]) == 64
    told = json.loads(run(whole(), tmp_path, "--json")[1])
    assert (told["keys"], told["signed"], told["valid"]) == ("bundle", True, True)
    kinds = [s["kind"] for s in told["logs"][0]["signatures"]]
    assert kinds == ["ed25519", "govit/sm2-sm3", "cosignature/v1"]


def test_where_nobody_signed_it_says_so(tmp_path: Path) -> None:
    files = unpacked(ranged(logs(), ALL))
    code, said = run(files, tmp_path)
    assert (code, "外部没有人签名" in said, "nobody outside has signed" in said) == (0, True, True)
    code, said = run(files, tmp_path, *given_keys(WITNESS))
    assert (code, "it bears no signature by a key that was given" in said) == (1, True)


def test_keys_of_ones_own_are_the_only_ones_believed(tmp_path: Path) -> None:
    keys = as_file(tmp_path, "keys.txt", "# 另行取得\n" + "\n".join(KEYS) + "\n")
    code, said = run(whole(), tmp_path, "--key", keys)
    assert (code, "包内自带" in said) == (0, False)
    stranger = Signer("elsewhere.example/log", 1, 99)
    code, said = run(whole(), tmp_path, *given_keys(stranger))
    assert (code, "registry position" in said) == (1, True)
    assert run(whole(), tmp_path, "--key", str(tmp_path / "none.txt"))[0] == 2
    assert run(whole(), tmp_path, "--key", as_file(tmp_path, "empty.txt", ""))[0] == 2
    assert run(whole(), tmp_path, "--key", as_file(tmp_path, "bad.txt", "x"))[0] == 1


# -- a part of the logs -------------------------------------------------------------------------


def some_days() -> tuple[date, date]:
    return date(2026, 5, 14), date(2026, 5, 20)


@cache
def part() -> Files:
    return unpacked(ranged(logs(), some_days(), notes=notes(logs()), by=maker(*KEYS)))


def test_without_all_leaves_a_proof_shows_that_what_was_kept_is_the_beginning(
    tmp_path: Path,
) -> None:
    service, log = "acceptance", logs()["acceptance"]
    size = len(log)
    old = kept(2, tmp_path, service)
    code, said = run(part(), tmp_path, *old)
    assert (code, "needs a consistency proof" in said) == (3, True)
    path = consistency(SM3, [row.leaf for row in log], 2)
    proof = {
        **{"origin": f"govit/511100/{service}", "hash": "sm3", "from": 2, "to": size},
        "path": [node.hex() for node in path],
    }
    good = ["--consistency", as_file(tmp_path, "good.json", json.dumps(proof))]
    code, said = run(part(), tmp_path, *old, *good)
    assert (code, "一致性证明成立" in said) == (0, True)
    lying = note(f"govit/511100/{service}", 2, root_at(amended()[service], 2)[::-1], WITNESS)
    forged_old = ["--checkpoint", as_file(tmp_path, "forged.txt", lying)]
    assert run(part(), tmp_path, *forged_old, *good)[0] == 1


def inclusion_file(
    tmp_path: Path, position: int, size: int, changes: dict[str, Any] | None = None
) -> list[str]:
    log = logs()["budget"][:size]
    tree = PackedTree(SM3, [row.leaf for row in log])
    proof = {
        **{"origin": "govit/511100/budget", "hash": "sm3", "size": size, "position": position},
        "leaf": log[position - 1].leaf.hex(),
        "path": [node.hex() for node in tree.path(position - 1)],
    }
    text = json.dumps(proof | (changes or {}))
    return ["--proof", as_file(tmp_path, f"inclusion-{position}-{size}.json", text)]


def test_a_proof_of_one_event_is_held_against_a_checkpoint(tmp_path: Path) -> None:
    proof, size = inclusion_file(tmp_path, 3, 7), 7
    checkpoint = kept(size, tmp_path, "budget")
    code, said = ran(*proof, *checkpoint, *given_keys(SIGNERS["budget"]))
    assert (code, "VALID: govit/511100/budget position 3 is in the log of size 7" in said) == (
        0,
        True,
    )
    assert ran(*proof)[0] == 3
    assert ran(*proof, *kept(5, tmp_path, "budget"))[0] == 3
    assert ran(*proof, *checkpoint, *given_keys(SIGNERS["registry"]))[0] == 3
    path = consistency(SM3, [row.leaf for row in logs()["budget"][:7]], 5)
    link = {
        **{"origin": "govit/511100/budget", "hash": "sm3", "from": 5, "to": 7},
        "path": [node.hex() for node in path],
    }
    linking = ["--consistency", as_file(tmp_path, "link.json", json.dumps(link))]
    assert ran(*proof, *kept(5, tmp_path, "budget"), *linking)[0] == 0
    assert ran(*linking, *kept(5, tmp_path, "budget"), *checkpoint)[0] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"leaf": "00" * 32},
        {"position": 4},
        {"position": 0},
        {"position": 8},
        {"size": 3},
        {"path": []},
        {"path": ["00" * 32] * 200},
        {"path": None},
        {"path": [1]},
        {"hash": "md5"},
        {"hash": []},
        {"origin": "\x1b[2J"},
        {"size": 10**400},
        {"position": True},
    ],
)
def test_a_proof_that_was_changed_proves_nothing(change: dict[str, Any], tmp_path: Path) -> None:
    proof = inclusion_file(tmp_path, 3, 7, change)
    code, said = ran(*proof, *kept(7, tmp_path, "budget"))
    assert code == 1
    assert "INVALID" in said


def test_another_hash_than_the_checkpoint_names_is_a_fault(tmp_path: Path) -> None:
    text = note("govit/511100/budget", 7, "00" * 32, SIGNERS["budget"], extension="sha256")
    checkpoint = ["--checkpoint", as_file(tmp_path, "sha.txt", text)]
    code, said = ran(*inclusion_file(tmp_path, 3, 7), *checkpoint)
    assert (code, "names another hash" in said) == (1, True)


@pytest.mark.parametrize("hash_name", HashName)
def test_both_hashes_are_verified(hash_name: HashName) -> None:
    made = rows(hash_name, HALF_A_DAY)
    verdict = check(unpacked(ranged(made, ALL, hash_name)), {"govit/511100/registry": [1, 3]})
    assert verdict.events == verdict.within == sum(map(len, made.values()))
    assert {size for _, size in verdict.roots} == {1, 3, *map(len, made.values())}

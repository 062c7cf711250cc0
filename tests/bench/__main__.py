"""`make bench`: ratios within one run, as a table and in `build/bench.json`."""

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import append, authority, declare, engine, evidence, replay


def main() -> int:
    rows = [
        *(*append.run(), *engine.run(), *authority.run(), *declare.run()),
        *(*evidence.run(), *replay.run()),
    ]
    build = Path("build")
    build.mkdir(exist_ok=True)
    (build / "bench.json").write_text(json.dumps(rows, indent=2) + "\n")
    table = Table("name", "ratio", "bar", "spread", "")
    for row in rows:
        low, high = row["spread"]
        verdict = "ok" if row["ok"] else "MISSES ITS BAR"
        bar = f"{'≤' if row.get('at_most') else '≥'} {row['bar']} {row.get('unit', '')}"
        table.add_row(row["name"], f"{row['ratio']:.3f}", bar, f"{low:.3f}-{high:.3f}", verdict)
    Console().print(table)
    return 0 if all(row["ok"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

"""接口契约: the published OpenAPI documents, one per service, as the code has them."""

import json
from pathlib import Path
from typing import Any

from deploy.catalogue import CREATORS


def documents() -> dict[str, dict[str, Any]]:
    """Service → its OpenAPI 3.1 document; needs neither settings nor a database."""
    return {name: create().openapi() for name, create in CREATORS.items()}


def text(document: dict[str, Any]) -> str:
    """A document as it is published: readable, stable, ending in a line break."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def write(directory: Path) -> list[Path]:
    """Write `<service>.json` for every service into a directory; returns the files."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, document in documents().items():
        path = directory / f"{name}.json"
        path.write_text(text(document), encoding="utf-8")
        written.append(path)
    return written

"""OC4IDS 0.9.5: projects in the words of the Open Contracting for Infrastructure Data Standard."""

from collections.abc import Sequence

import orjson

from services.audit.ledger import City, ProjectFile
from services.audit.oc4ids.parts import instant
from services.audit.oc4ids.project import project, updated

VERSION = "0.9"
"""As packages state it: major and minor."""

PUBLISHER = "DEB"


def package(city: City, files: Sequence[ProjectFile], uri: str, prefix: str) -> bytes:
    """A package of at least one project; the same bytes while nothing of them changes."""
    content = {
        "uri": uri,
        "version": VERSION,
        "publishedDate": instant(max(updated(file) for file in files)),
        "publisher": {"name": city.policy.body_name(PUBLISHER)},
        "projects": [project(city, file, prefix) for file in files],
    }
    return orjson.dumps(content)


__all__ = ["VERSION", "package"]

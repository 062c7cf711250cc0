"""口令: what is wrong with a DSN, said without showing it."""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

SHORTEST = 12


def fault_of(dsn: str, *, strict: bool) -> str | None:
    """Why a DSN will not do; None where it will.

    Strictly, its password must be some protection; one without a password means a certificate, a
    password file or the operating system's users. What cannot be read is found out here because
    the driver, asked to connect with it, would quote it.
    """
    try:
        parts = conninfo_to_dict(dsn)
    except ProgrammingError:
        return "it is no connection string"
    password = parts.get("password")
    if password is None or not strict:
        return None
    if str(password).lower() == str(parts.get("user", "")).lower():
        return "the password is the user's name"
    if len(str(password)) < SHORTEST:
        return f"the password is shorter than {SHORTEST} characters"
    return None

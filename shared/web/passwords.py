"""口令: what is wrong with the password in a DSN."""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

SHORTEST = 12


def weakness(dsn: str | None) -> str | None:
    """Why a DSN's password is no protection; None where it is, or where another way is used.

    A DSN without a password means a certificate, a password file or the operating system's users.
    """
    if dsn is None:
        return None
    try:
        parts = conninfo_to_dict(dsn)
    except ProgrammingError:
        return "it is no connection string"
    password = parts.get("password")
    if password is None:
        return None
    if str(password).lower() == str(parts.get("user", "")).lower():
        return "the password is the user's name"
    if len(str(password)) < SHORTEST:
        return f"the password is shorter than {SHORTEST} characters"
    return None

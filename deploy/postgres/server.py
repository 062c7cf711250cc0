"""A PostgreSQL server, reached as its superuser."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict


@dataclass(frozen=True)
class Server:
    """A running server and the way to address any database and role on it.

    `superuser_dsn` is a libpq connection string, as URL or as keywords. It carries a password
    and therefore stays out of the representation.
    """

    superuser_dsn: str = field(repr=False)

    @property
    def superuser(self) -> str:
        return str(conninfo_to_dict(self.superuser_dsn).get("user", "postgres"))

    def dsn(
        self, database: str = "postgres", user: str | None = None, password: str | None = None
    ) -> str:
        """The `postgresql://` URL of a database, for the superuser unless a role is named.

        psycopg takes it as it is, SQLAlchemy with `+psycopg` behind the scheme. The host stands in
        the query, where socket directories, host names and IPv6 addresses all have the same form.
        """
        options = {key: str(value) for key, value in conninfo_to_dict(self.superuser_dsn).items()}
        own_user, own_password = options.pop("user", "postgres"), options.pop("password", "")
        options.pop("dbname", None)
        if user is None or user == own_user:
            user, password = own_user, own_password if password is None else password
        login = quote(user, safe="")
        if password:
            login += ":" + quote(password, safe="")
        query = f"?{urlencode(options, quote_via=quote, safe='/')}" if options else ""
        return f"postgresql://{login}@/{quote(database, safe='')}{query}"

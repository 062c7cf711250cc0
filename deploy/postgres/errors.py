"""What goes wrong before a database can be used."""


class PostgresUnavailable(RuntimeError):
    """The embedded server cannot run here, or not now; the message says what to do."""

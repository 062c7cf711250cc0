"""Settings: from the environment (`GOVIT_…`), and nothing else."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, IPvAnyNetwork, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.eventstore.accesslog import MIN_DAYS

SERVICES = ("registry", "approval", "budget", "acceptance", "audit")
"""The deciding services in the order of a project's life, and the one that reads."""

LOGS = SERVICES[:-1]
"""Services with a log of their own."""


class InstanceMode(StrEnum):
    DEVELOPMENT = "development"
    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """What an instance is told from outside; every field is read from `GOVIT_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="GOVIT_", extra="ignore")

    mode: InstanceMode = InstanceMode.DEVELOPMENT
    """`sandbox` lets the clock be set; such an instance can never become a production one."""
    home: Path = Path(".govit")
    """Instance directory: embedded database, development keys, sandbox clock."""
    jurisdiction: str = "511100"
    calendars: Path | None = None
    """Folder of calendars for years after this release; `calendars` in the instance directory."""
    packs: Path | None = None
    """Folder with further policy packs: a successor of the shipped one, or a county's own."""
    issuer_key: Path | None = None
    """Public key (PEM) or key set (JSON) of the token issuer; required in production."""
    service_token: SecretStr | None = None
    """Token with which the services follow each other; made by the development issuer if absent."""
    fence_seconds: float = 5.0
    """How long a decision waits for other services' facts before it answers 503."""

    access_log_days: int = Field(default=MIN_DAYS, ge=MIN_DAYS)
    """How long the access log is kept before `govit tick` prunes it; not less than six months."""
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Addresses and networks, comma-separated, of proxies that tell the client's address.

    One on this machine always may.
    """

    registry_dsn: SecretStr | None = None
    approval_dsn: SecretStr | None = None
    budget_dsn: SecretStr | None = None
    acceptance_dsn: SecretStr | None = None
    audit_dsn: SecretStr | None = None
    registry_migrator_dsn: SecretStr | None = None
    approval_migrator_dsn: SecretStr | None = None
    budget_migrator_dsn: SecretStr | None = None
    acceptance_migrator_dsn: SecretStr | None = None
    audit_migrator_dsn: SecretStr | None = None

    registry_url: str | None = None
    approval_url: str | None = None
    budget_url: str | None = None
    acceptance_url: str | None = None
    audit_url: str | None = None

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return (
            [v.strip() for v in value.split(",") if v.strip()] if isinstance(value, str) else value
        )

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.mode is InstanceMode.PRODUCTION and (
            self.issuer_key is None or self.service_token is None
        ):
            raise ValueError(
                "production needs GOVIT_ISSUER_KEY and GOVIT_SERVICE_TOKEN: "
                "the development issuer does not start there"
            )
        return self

    @property
    def calendar_folder(self) -> Path:
        """Where the instance keeps the calendars it was given."""
        return self.calendars or self.home / "calendars"

    @property
    def sandbox(self) -> bool:
        return self.mode is InstanceMode.SANDBOX

    def dsn(self, service: str, *, migrator: bool = False) -> str | None:
        """A service's DSN: of its application role, or of the migrator."""
        value: SecretStr | None = getattr(self, f"{service}_{'migrator_' if migrator else ''}dsn")
        return value.get_secret_value() if value else None

    def url(self, service: str) -> str | None:
        """Where another service is reached, in the topology with a process per service."""
        url: str | None = getattr(self, f"{service}_url")
        return url

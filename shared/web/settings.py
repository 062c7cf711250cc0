"""Settings: from the environment (`GOVIT_…`), and nothing else."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from shared.attachments.kinds import KINDS
from shared.eventstore.accesslog import MIN_DAYS
from shared.web.identity.claims import ClaimNames
from shared.web.identity.provider import private
from shared.web.passwords import fault_of
from shared.web.secretfiles import SecretFiles

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

    model_config = SettingsConfigDict(
        env_prefix="GOVIT_",
        extra="ignore",
        hide_input_in_errors=True,  # what is wrong is said without the passwords beside it
    )

    mode: InstanceMode = InstanceMode.DEVELOPMENT
    """`sandbox` lets the clock be set; such an instance can never become a production one."""
    home: Path = Path(".govit")
    """Instance directory: embedded database, development keys, sandbox clock."""
    jurisdiction: str = "511100"
    calendars: Path | None = None
    """Folder of calendars for years after this release; `calendars` in the instance directory."""
    packs: Path | None = None
    """Folder with further policy packs: a successor of the shipped one, or a county's own."""
    issuer: str | None = None
    """Address of the OpenID provider whose tokens are accepted; its keys are read there."""
    issuer_key: Path | None = None
    """Public key (PEM) or key set (JSON) of the token issuer, where it is not asked itself."""
    issuer_name: str = "govit-development"
    """`iss` of the tokens that `issuer_key` is for."""
    audience: str = "govit"
    """`aud` of the tokens that are meant for this instance."""
    claims: ClaimNames = ClaimNames()
    """Names of the claims that say who acts, where the issuer has others (JSON)."""
    service_token: SecretStr | None = None
    """Token with which the services follow each other; made by the development issuer if absent."""
    client_id: str | None = None
    """With `client_secret`: the services fetch their token from the issuer, and renew it."""
    client_secret: SecretStr | None = None
    token_url: str | None = None
    """Where tokens are fetched, if the issuer's discovery document is not to say so."""
    token_parameters: dict[str, str] = {}
    """What the issuer wants to be told besides (JSON): `resource`, `audience` or `scope`."""
    signing_keys: SecretStr | None = None
    """Keys with which logs and witness sign, one a line as `govit keygen` prints them; made in the
    instance directory if absent."""
    log_keys: Path | None = None
    """File with the verifier keys of the logs, by which alone the witness then goes."""
    fence_seconds: float = 5.0
    """How long a decision waits for other services' facts before it answers 503."""

    hosts: str = ""
    """Names under which the instance is reached, by comma, `*.` before one for all below it."""
    proxies: str = ""
    """Addresses or networks of reverse proxies whose `X-Forwarded-For` is believed, by comma."""
    rate_per_minute: int = Field(default=6000, ge=1)
    """Requests of one person, or of one address without a known token, within any minute."""
    failures_per_minute: int = Field(default=60, ge=1)
    """Tokens of one address that turn out bad, within any minute."""
    requests_at_once: int = Field(default=500, ge=1)
    """Requests under way in one process."""
    connections: int = Field(default=800, ge=1)
    """Open connections to one process; keep it below its limit of open files."""
    body_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    """Size of a command's body at most; documents travel as digests, so bodies are small."""
    head_bytes: int = Field(default=32 * 1024, ge=4096)
    """Size of a request's line and headers at most."""
    head_seconds: float = Field(default=10.0, gt=0)
    """How long a connection may take to bring a request's line and headers."""
    body_seconds: float = Field(default=30.0, gt=0)
    """How long a body may take, and a second more for every 64 KiB of it that has arrived."""
    statement_seconds: float = Field(default=15.0, gt=0)
    """How long one statement that reads may run in the database."""
    lock_seconds: float = Field(default=5.0, gt=0)
    """How long a session that reads waits for a lock in the database."""
    attachments_url: str | None = None
    """Where attachments are kept: `s3://bucket/prefix` (with the usual `AWS_…`) or
    `file:///folder`; `attachments` in the instance directory."""
    attachment_max_bytes: int = Field(default=50 * 1024 * 1024, ge=1)
    attachment_types: tuple[str, ...] = tuple(KINDS)
    """Media types that are taken, of those that can be recognised."""
    access_log_days: int = Field(default=MIN_DAYS, ge=MIN_DAYS)
    """How long the access log is kept before `govit tick` prunes it; not less than six months."""
    oc4ids_prefix: str = Field(default="unregistered-511100", pattern=r"^[a-z0-9-]{3,40}$")
    """What identifiers of exported projects begin with: the prefix that the publisher registered
    (`oc4ids-…`)."""
    report_fonts: str = ""
    """Folders with Chinese fonts for reports as PDF, by comma; the system's where none is named."""
    bundles: Path | None = None
    """Folder of the audit bundles of ranges of days; `bundles` in the instance directory."""
    bundle_days: int = Field(default=7, ge=1)
    """How long such a bundle is kept before it is removed."""

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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        if not isinstance(env_settings, EnvSettingsSource):
            raise TypeError("settings come from the environment")
        return init_settings, SecretFiles(env_settings), env_settings

    @model_validator(mode="after")
    def _identity_is_unambiguous(self) -> Self:
        if self.issuer and self.issuer_key:
            raise ValueError("GOVIT_ISSUER or GOVIT_ISSUER_KEY, not both")
        if (self.client_id is None) != (self.client_secret is None):
            raise ValueError("GOVIT_CLIENT_ID and GOVIT_CLIENT_SECRET go together")
        if self.client_id and self.service_token:
            raise ValueError("GOVIT_SERVICE_TOKEN or GOVIT_CLIENT_ID, not both")
        if self.client_id and not (self.token_url or self.issuer):
            raise ValueError("GOVIT_CLIENT_ID needs GOVIT_TOKEN_URL or GOVIT_ISSUER")
        return self

    @field_validator("attachment_types")
    @classmethod
    def _types_are_recognised(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(types) - KINDS.keys():
            raise ValueError(f"unknown media types: {', '.join(sorted(unknown))}")
        return types

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.mode is not InstanceMode.PRODUCTION:
            return self
        if not (self.issuer or self.issuer_key) or not (self.service_token or self.client_id):
            raise ValueError(
                "production needs GOVIT_ISSUER or GOVIT_ISSUER_KEY, and GOVIT_CLIENT_ID with "
                "GOVIT_CLIENT_SECRET or GOVIT_SERVICE_TOKEN: "
                "the development issuer does not start there"
            )
        for name, url in (("GOVIT_ISSUER", self.issuer), ("GOVIT_TOKEN_URL", self.token_url)):
            if url is not None and not private(url):
                raise ValueError(f"{name} must be https in production, or on this machine")
        return self

    @model_validator(mode="after")
    def _production_is_guarded(self) -> Self:
        if self.mode is InstanceMode.PRODUCTION and not self.hosts.strip():
            raise ValueError("production needs GOVIT_HOSTS: the names under which it is reached")
        return self

    @model_validator(mode="after")
    def _dsns_are_sound(self) -> Self:
        for service in SERVICES:
            for migrator in (False, True):
                dsn = self.dsn(service, migrator=migrator)
                fault = dsn and fault_of(dsn, strict=self.mode is InstanceMode.PRODUCTION)
                if fault:
                    name = f"GOVIT_{service.upper()}_{'MIGRATOR_' if migrator else ''}DSN"
                    raise ValueError(f"{name} is refused: {fault}")
        return self

    @property
    def calendar_folder(self) -> Path:
        """Where the instance keeps the calendars it was given."""
        return self.calendars or self.home / "calendars"

    @property
    def bundle_folder(self) -> Path:
        """Where audit bundles of ranges of days are made and kept."""
        return self.bundles or self.home / "bundles"

    @property
    def font_folders(self) -> tuple[Path, ...]:
        """Where fonts for reports are looked for; none: the system's folders."""
        return tuple(Path(each.strip()) for each in self.report_fonts.split(",") if each.strip())

    @property
    def sandbox(self) -> bool:
        return self.mode is InstanceMode.SANDBOX

    def reached_at(self, address: str) -> Self:
        """The same, reached also under the address it listens on; not in production."""
        if self.mode is InstanceMode.PRODUCTION or address in {"0.0.0.0", "::"}:  # noqa: S104  # nosec B104 - names no host
            return self
        name = f"[{address}]" if ":" in address else address
        return self.model_copy(update={"hosts": f"{self.hosts},{name}"})

    def dsn(self, service: str, *, migrator: bool = False) -> str | None:
        """A service's DSN: of its application role, or of the migrator."""
        value: SecretStr | None = getattr(self, f"{service}_{'migrator_' if migrator else ''}dsn")
        return value.get_secret_value() if value else None

    def url(self, service: str) -> str | None:
        """Where another service is reached, in the topology with a process per service."""
        url: str | None = getattr(self, f"{service}_url")
        return url

"""密文文件: every secret setting may also be the name of a file that holds it (`GOVIT_…_FILE`)."""

import os
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource, PydanticBaseSettingsSource


def secret(field: FieldInfo) -> bool:
    """Whether a setting must not be shown."""
    return SecretStr in (field.annotation, *get_args(field.annotation))


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the secrets that are given as files; ValueError for one that is given twice."""

    def __init__(self, environment: EnvSettingsSource) -> None:
        """`environment`: the source whose prefix is this one's too."""
        super().__init__(environment.settings_cls)
        self._prefix = environment.env_prefix

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file, without the line break that editors leave."""
        variable = f"{self._prefix}{field_name}".upper()
        file = os.environ.get(f"{variable}_FILE")
        if not file or not secret(field):
            return None, field_name, False
        if os.environ.get(variable):
            raise ValueError(f"{variable} or {variable}_FILE, not both")
        try:
            return Path(file).read_text("utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{variable}_FILE cannot be read ({type(error).__name__})") from None

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields.items()
        found = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in found.items() if value is not None}

"""Named sets of arguments: built-in ones, and a person's own laid over them by id."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from zordon_app.errors import BadRequest


class Preset(Struct, kw_only=True):
    """One preset; ``params`` are arguments of the engine."""

    name: str
    engine: str
    description: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class PresetFile(Struct, kw_only=True):
    """The whole file."""

    version: int
    presets: dict[str, Preset]


class Presets:
    """Presets by id, read anew at each call: the file is small and a person may edit it at any time."""

    def __init__(self, own: Path) -> None:
        """``own`` is the person's presets.yaml; it need not exist."""
        self._own = own

    def all(self) -> dict[str, Any]:
        """Presets by id.

        Raises:
            BadRequest: the person's file cannot be read; the sentence says where it is wrong.
        """
        built_in = files("zordon_app.engines").joinpath("presets.yaml").read_bytes()
        found = msgspec.yaml.decode(built_in, type=PresetFile).presets
        if self._own.is_file():
            found |= self._read_own()
        return {key: msgspec.to_builtins(preset) for key, preset in found.items()}

    def _read_own(self) -> dict[str, Preset]:
        try:
            return msgspec.yaml.decode(self._own.read_bytes(), type=PresetFile).presets
        except (msgspec.DecodeError, OSError) as error:
            raise BadRequest(f"The presets in {self._own} cannot be read: {error}.") from error

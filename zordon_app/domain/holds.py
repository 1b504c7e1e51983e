"""A person's word on a machine: whether it is taken out of the work, and until when."""

from datetime import datetime

from msgspec import Struct


class Hold(Struct, frozen=True, kw_only=True):
    """What a person said about this machine; ``until`` (aware) ends a pause by itself."""

    paused: bool = False
    until: datetime | None = None

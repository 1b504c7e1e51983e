"""Ids are types, and ids from outside are checked before they are used."""

import re
import uuid
from typing import NewType

JobId = NewType("JobId", str)
NodeId = NewType("NodeId", str)
LeaseId = NewType("LeaseId", str)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_job_id() -> JobId:
    """A fresh random job id (UUID 4, lower case)."""
    return JobId(str(uuid.uuid4()))


def new_lease_id() -> LeaseId:
    """A fresh random lease id (UUID 4, lower case)."""
    return LeaseId(str(uuid.uuid4()))


def is_id(text: str) -> bool:
    """Whether ``text`` has the shape of an id of ours; anything else never reaches a path or a query."""
    return _UUID.fullmatch(text) is not None

"""Matrices: what shows a behaviour runs always, the rest of its values where everything is tested."""

from typing import Any

import pytest


def thorough(*values: Any) -> list[Any]:
    """Values of a parameter that only ``dev.py test --all`` runs; a tuple is those of several parameters."""
    return [
        pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.thorough) for value in values
    ]

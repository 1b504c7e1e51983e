"""Engine arguments are a typed allow-list: what is not in it is refused, with a sentence."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from zordon_app.engines.base import Argument, ArgumentKind
from zordon_app.errors import BadRequest, Forbidden


def check_arguments(
    given: dict[str, Any],
    allowed: Sequence[Argument],
    *,
    engine: str,
    from_this_machine: bool,
    kept: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """``given`` with every value checked for name, type and range; None values are dropped.

    ``kept`` are values that stand in a job already: whoever asks for the same again sets nothing.

    Raises:
        BadRequest: an unknown name, a wrong type, or a value out of range.
        Forbidden: an expert argument from another machine.
    """
    by_name = {argument.name: argument for argument in allowed}
    checked: dict[str, Any] = {}
    for name, value in given.items():
        argument = by_name.get(name)
        if argument is None:
            raise BadRequest(
                "{engine} has no argument {name!r}. Known: {known}.",
                code="argument_unknown",
                engine=engine,
                name=name[:60],
                known=", ".join(sorted(by_name)),
            )
        if value is None:
            continue
        if argument.local_only and not from_this_machine and value != kept.get(name):
            raise Forbidden(
                "The argument {name!r} of {engine} is taken only from the machine Zordon runs on.",
                code="argument_elsewhere",
                name=name,
                engine=engine,
            )
        checked[name] = _check_value(argument, value)
    return checked


def _check_value(argument: Argument, value: Any) -> Any:
    check = {
        ArgumentKind.INTEGER: _check_integer,
        ArgumentKind.NUMBER: _check_number,
        ArgumentKind.TEXT: _check_text,
        ArgumentKind.CHOICE: _check_choice,
        ArgumentKind.BOOLEAN: _check_boolean,
        ArgumentKind.LIST: _check_list,
    }[argument.kind]
    return check(argument, value)


def _wrong(argument: Argument, value: Any, wanted: str) -> BadRequest:
    return BadRequest(
        "The argument {name!r} must be {wanted}, not {value!r}.",
        code="argument_value",
        name=argument.name,
        wanted=wanted,
        value=str(value)[:60],
    )


def _check_integer(argument: Argument, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(argument, value, "a whole number")
    _check_range(argument, value)
    return value


def _check_number(argument: Argument, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(argument, value, "a number")
    _check_range(argument, value)
    return value


def _check_range(argument: Argument, value: float) -> None:
    if argument.minimum is not None and not value >= argument.minimum:
        raise BadRequest(
            "The argument {name!r} must be at least {least}, not {value!r}.",
            code="argument_least",
            name=argument.name,
            least=f"{argument.minimum:g}",
            value=str(value)[:60],
        )
    if argument.maximum is not None and not value <= argument.maximum:
        raise BadRequest(
            "The argument {name!r} must be at most {most}, not {value!r}.",
            code="argument_most",
            name=argument.name,
            most=f"{argument.maximum:g}",
            value=str(value)[:60],
        )


def _check_text(argument: Argument, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 1000 or any(ord(character) < 32 for character in value):
        raise _wrong(argument, value, "a line of text")
    return value


def _check_choice(argument: Argument, value: Any) -> str:
    if not isinstance(value, str) or value not in argument.choices:
        raise BadRequest(
            "The argument {name!r} must be one of {known}, not {value!r}.",
            code="argument_choice",
            name=argument.name,
            known=", ".join(argument.choices),
            value=str(value)[:60],
        )
    return value


def _check_boolean(argument: Argument, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(argument, value, "true or false")
    return value


def _check_list(argument: Argument, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(argument, value, "a list of texts")
    return [_check_text(argument, item) for item in value]

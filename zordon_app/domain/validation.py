"""Checking JSON against a type, with complaints in a person's words."""

import re
from typing import Any, TypeVar

import msgspec

from zordon_app.errors import BadRequest

T = TypeVar("T")

_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`(?:, got `(?P<got>[^`]+)`)?(?P<rest>.*)")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]+)`")
_LENGTH = re.compile(r" of length (?P<sign>>=|<=|==) (?P<count>[0-9]+)")
_BOUND = re.compile(r"` (?P<sign>>=|<=) (?P<number>[0-9.]+) - at `\$(?P<path>[^`]*)`$")

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "==": "exactly"}


def decoded(body: bytes) -> Any:
    """The JSON value of ``body``. Raises BadRequest that says what is wrong with it."""
    if not body:
        raise BadRequest("The request has no body; it must be JSON.")
    try:
        return msgspec.json.decode(body)
    except RecursionError as error:
        raise BadRequest("The JSON is nested too deeply.") from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise BadRequest(f"The body is not JSON that can be read: {str(error)[:200]}.") from error


def checked(value: object, kind: type[T], *, what: str = "", lax: bool = False) -> T:
    """``value`` as ``kind``. ``what`` begins the complaint ("Job 2: "); ``lax`` takes "5" for 5, as forms send it.

    Raises:
        BadRequest: a field is unknown, missing or of the wrong kind; the sentence names it.
    """
    try:
        return msgspec.convert(value, kind, strict=not lax)
    except msgspec.ValidationError as error:
        raise _refusal(what + in_words(str(error)), str(error)) from error


def _refusal(sentence: str, complaint: str) -> BadRequest:
    """What is too much or too little can be said in other languages too."""
    bound = _BOUND.search(complaint)
    if bound is None:
        return BadRequest(sentence)
    field = bound["path"].lstrip(".")
    if bound["sign"] == ">=":
        return BadRequest("{sentence}", code="too_small", sentence=sentence, field=field, bound=bound["number"])
    return BadRequest("{sentence}", code="too_large", sentence=sentence, field=field, bound=bound["number"])


def in_words(complaint: str) -> str:
    """Msgspec's complaint as a sentence for a person."""
    place = _PLACE.search(complaint)
    path = place["path"].lstrip(".") if place else ""
    core = complaint[: place.start()] if place else complaint
    return _about_field_names(core, path) or f"{_subject(path)} {_rule(core)}."


def _about_field_names(core: str, path: str) -> str:
    inside = f" in {path!r}" if path else ""
    if unknown := _UNKNOWN.fullmatch(core):
        return f"There is no field {unknown['name'][:60]!r}{inside}."
    if missing := _MISSING.fullmatch(core):
        return f"The field {missing['name']!r}{inside} is missing."
    return ""


def _subject(path: str) -> str:
    return f"The field {path[:100]!r}" if path else "The request"


def _rule(core: str) -> str:
    expected = _EXPECTED.fullmatch(core)
    if expected is None:
        return f"is wrong ({core[:1].lower()}{core[1:200]})"
    if length := _LENGTH.fullmatch(expected["rest"]):
        return f"must have {_BOUNDS[length['sign']]} {length['count']} characters or items"
    wanted = " or ".join(_KINDS.get(kind, kind) for kind in expected["wanted"].split(" | "))
    sign, _, bound = expected["rest"].strip().partition(" ")
    if sign in _BOUNDS:
        return f"must be {wanted}, {_BOUNDS[sign]} {bound}"
    got = f", not {_KINDS.get(expected['got'], expected['got'])}" if expected["got"] else ""
    return f"must be {wanted}{got}{expected['rest']}"

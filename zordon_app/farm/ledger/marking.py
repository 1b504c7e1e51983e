"""Marks of units: which finished frames a person should look at, by what they and their neighbours show."""

from collections.abc import Iterable

from zordon_app.domain.ids import JobId
from zordon_app.domain.jobs import Unit
from zordon_app.domain.pictures import Mark, Picture, is_same, marks_between, marks_of_all
from zordon_app.farm.ledger.ledgers import Ledger
from zordon_app.farm.ledger.state import Change


def mark_around(change: Change, job_id: JobId, ledger: Ledger, touched: Iterable[int]) -> None:
    """Mark the units that have or lost a picture, and their neighbours, as far as those alone decide.

    Whether a picture is the same as its neighbour in a scene that moves shows when all are there (``mark_all``); that
    mark only stays here, or goes.
    """
    order = sorted(ledger)
    place = {number: at for at, number in enumerate(order)}
    affected = {place[number] + step for number in touched for step in (-1, 0, 1)}
    for at in sorted(affected & set(range(len(order)))):
        unit = _now(change, job_id, ledger, order[at])
        before, after = (_picture(change, job_id, ledger, order, other) for other in (at - 1, at + 1))
        marks = marks_between(before, unit.picture, after)
        if Mark.SAME in unit.marks and _is_same_as_one(unit.picture, before, after):
            marks.append(Mark.SAME)
        _set(change, job_id, unit, marks)


def mark_all(change: Change, job_id: JobId, ledger: Ledger) -> None:
    """Mark all units of a job that is done."""
    units = [ledger[number] for number in sorted(ledger)]
    for unit, marks in zip(units, marks_of_all([unit.picture for unit in units]), strict=True):
        _set(change, job_id, unit, marks)


def _now(change: Change, job_id: JobId, ledger: Ledger, number: int) -> Unit:
    return change.units.get(job_id, {}).get(number, ledger[number])


def _picture(change: Change, job_id: JobId, ledger: Ledger, order: list[int], at: int) -> Picture | None:
    return _now(change, job_id, ledger, order[at]).picture if 0 <= at < len(order) else None


def _is_same_as_one(picture: Picture | None, *others: Picture | None) -> bool:
    return picture is not None and any(other is not None and is_same(picture, other) for other in others)


def _set(change: Change, job_id: JobId, unit: Unit, marks: list[Mark]) -> None:
    if marks != unit.marks:
        change.unit(job_id, unit.spec.number).marks = marks

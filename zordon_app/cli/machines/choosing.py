"""The machine that a person names."""

from collections.abc import Sequence

from zordon_app.cli.terminal.exits import NoSuchThing, WrongUsage
from zordon_app.client.calls import Json


def choose_machine(nodes: Sequence[Json], text: str) -> Json:
    """The machine that ``text`` names: this one for none, else by name or by the beginning of its id.

    Raises:
        NoSuchThing: there is none; WrongUsage: there are several.
    """
    if text:
        found = [node for node in nodes if node["name"].lower() == text.lower()]
        found = found or [node for node in nodes if node["id"].startswith(text)]
    else:
        found = [node for node in nodes if node["this"]]
    if not found:
        known = ", ".join(node["name"] for node in nodes)
        raise NoSuchThing(f"There is no machine {text[:60]!r}. Machines: {known}.")
    if len(found) > 1:
        raise WrongUsage(f"{text[:60]!r} could mean {len(found)} machines. Give more of the id.")
    return found[0]

"""``config``: settings of this machine's Zordon, running or not."""

from typing import Annotated, Any

import msgspec
import typer

from zordon_app.cli.terminal.exits import NoSuchThing, WrongUsage
from zordon_app.cli.terminal.session import Session, session_of
from zordon_app.cli.terminal.verbs import Panel, add_group, add_verb
from zordon_app.client.calls import Json
from zordon_app.client.errors import BadRequest as Refusal
from zordon_app.errors import BadRequest


def add_to(app: typer.Typer) -> None:
    """Add the verbs."""
    own = Panel.ZORDON
    group = add_group(app, "config", "Settings.", own)
    group.callback(invoke_without_command=True)(config)
    add_verb(group, "get", get, own, "zordon config", "zordon config get port")
    add_verb(group, "set", set_value, own, "zordon config set name atlas", "zordon config set lan false")
    add_verb(group, "path", path, own, "zordon config path")


def config(context: typer.Context) -> None:
    """Settings; without a command, shows them."""
    if context.invoked_subcommand is None:
        get(context)


def get(context: typer.Context, name: Annotated[str, typer.Argument(help="One setting; default: all.")] = "") -> None:
    """The settings, or one of them."""
    session = session_of(context)
    values = read_settings(session)
    if name and name not in values:
        raise NoSuchThing(f"There is no setting {name[:60]!r}. Settings: {', '.join(sorted(values))}.")
    if session.screen.json:
        session.screen.document(values[name] if name else values)
    elif name:
        session.screen.text(shown(values[name]))
    else:
        notes = descriptions()
        rows = [(key, shown(value), notes.get(key, "")) for key, value in values.items()]
        session.screen.table(("SETTING", "VALUE", "WHAT FOR"), rows)


def set_value(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the setting.")],
    value: Annotated[str, typer.Argument(help="Text, number, true or false, or JSON; null: the default.")],
) -> None:
    """Change a setting; it is checked first."""
    session = session_of(context)
    now = read_settings(session)
    if name not in now:
        raise NoSuchThing(f"There is no setting {name[:60]!r}. Settings: {', '.join(sorted(now))}.")
    changes = {name: parsed(value, now[name])}
    try:
        client = session.find()
        if client is not None:
            with client:
                after = client.change_settings(changes)
        else:
            after = _file(session).change(changes)
    except (BadRequest, Refusal) as error:
        raise WrongUsage(str(error)) from error
    if session.screen.json:
        session.screen.document(after[name])
    session.screen.say(f"{name} is now {shown(after[name]) or 'empty'}.")


def path(context: typer.Context) -> None:
    """Where the settings and everything else are kept."""
    session = session_of(context)
    paths = session.paths
    places = {
        "settings": paths.settings,
        "presets": paths.config / "presets.yaml",
        "data": paths.data,
        "engines": paths.builds,
        "cache": paths.cache,
        "logs": paths.logs,
        "output": paths.output,
    }
    if session.screen.json:
        session.screen.document({name: str(place) for name, place in places.items()})
    else:
        session.screen.facts([(name.capitalize(), place) for name, place in places.items()])


def read_settings(session: Session) -> Json:
    """The settings of the Zordon that is meant; those in this machine's file when none runs."""
    client = session.find()
    if client is None:
        return dict(_file(session).read())
    with client:
        return client.get_settings()


def parsed(text: str, before: Any) -> Any:
    """A value as typed, of the kind that the setting has now."""
    if isinstance(before, str) and text != "null":
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def shown(value: Any) -> str:
    """A value as ``config set`` takes it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def descriptions() -> dict[str, str]:
    """What each setting is for."""
    from zordon_app.config import schema

    (record,) = [entry for entry in schema()["$defs"].values() if "properties" in entry]
    return {name: str(entry.get("description", "")) for name, entry in record["properties"].items()}


def _file(session: Session) -> Any:
    from zordon_app.config import SettingsFile

    return SettingsFile(session.paths.settings)

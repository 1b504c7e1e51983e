"""``doctor``: is everything here that Zordon needs?"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from zordon_app.cli.doctor import checkup
from zordon_app.cli.doctor.checkup import Finding, Health
from zordon_app.cli.terminal.exits import Status
from zordon_app.cli.terminal.screen import clean
from zordon_app.cli.terminal.session import Session, session_of
from zordon_app.cli.terminal.verbs import Panel, add_verb
from zordon_app.client import RenderServerProxy
from zordon_app.errors import ZordonError

if TYPE_CHECKING:
    from rich.text import Text


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    add_verb(app, "doctor", doctor, Panel.ZORDON, "zordon doctor", "zordon doctor --json")


def doctor(context: typer.Context) -> None:
    """Look at everything that Zordon needs on this machine; says what to do where something is missing."""
    session = session_of(context)
    findings = examine(session)
    if session.screen.json:
        session.screen.document(findings)
    else:
        for finding in findings:
            session.screen.show(_line(finding))
            if finding.advice:
                session.screen.text(f"      {clean(finding.advice)}")
    if any(finding.health == Health.FAIL for finding in findings):
        raise typer.Exit(Status.FAILED)


def examine(session: Session) -> list[Finding]:
    """Every check, in the order in which a person wants to read them."""
    paths = session.paths
    findings = [*checkup.check_versions(), *checkup.check_libraries()]
    findings += [*checkup.check_folders(paths), *checkup.check_space(paths)]
    client, unreachable = _find(session)
    findings += unreachable
    try:
        if client is not None:
            findings += checkup.check_node(client.get_status(), client.address.url)
        elif not unreachable:
            findings += checkup.check_node(None, "")
        findings += _try("Settings", lambda: checkup.check_port(_port(session), running=client is not None))
        findings += _try("Engines", lambda: checkup.check_engines(_builds(session, client)))
    finally:
        if client is not None:
            client.close()
    return [*findings, *_presets(session), *checkup.check_window()]


def _find(session: Session) -> tuple[RenderServerProxy | None, list[Finding]]:
    try:
        return session.find(), []
    except ZordonError as error:
        return None, [
            Finding(health=Health.FAIL, about="Node", what=str(error), advice="Is it on, and is --host right?")
        ]


def _try(about: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    """The findings of a check that may itself meet an error."""
    try:
        return check()
    except ZordonError as error:
        return [Finding(health=Health.FAIL, about=about, what=str(error))]


def _port(session: Session) -> int:
    from zordon_app.config import SettingsFile

    return SettingsFile(session.paths.settings).current.port


def _builds(session: Session, client: RenderServerProxy | None) -> dict[str, list[str]]:
    """Version and origin of every build, by engine: as the running node knows them, else looked for here."""
    if client is not None:
        known = {name: engine["versions"] for name, engine in client.get_engines().items()}
        found = {
            name: [f"{build['version']} ({build['origin']})" for build in builds] for name, builds in known.items()
        }
        return {"blender": [], "ffmpeg": [], **found}
    from zordon_app.cli.presets import own_engines

    registry = own_engines()
    return {
        engine.name: [f"{build.version} ({build.origin})" for build in engine.find_builds([session.paths.builds])]
        for engine in registry.all()
    }


def _presets(session: Session) -> list[Finding]:
    from zordon_app.cli.presets import complaints_about

    path = session.paths.config / "presets.yaml"
    complaints = complaints_about(path) if path.is_file() else []
    advice = "Correct that file; see: zordon presets validate"
    return [Finding(health=Health.WARN, about="Presets", what=one, advice=advice) for one in complaints]


def _line(finding: Finding) -> "Text":
    from rich.text import Text

    styles = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "bold red"}
    return Text.assemble((f"{finding.health:<5}", styles[finding.health]), f" {finding.about}: ", clean(finding.what))

"""The routes, by subject; each module begins with its table."""

from zordon_app.api.routes import (
    addon,
    debug,
    engine_downloads,
    engines,
    environment,
    farm,
    handover,
    installing,
    job_actions,
    jobs,
    nodes,
    outputs,
    peers,
    presets,
    settings,
    submission,
    work,
)
from zordon_app.api.routing import Context, Route

MODULES = (
    environment,
    jobs,
    submission,
    outputs,
    job_actions,
    work,
    engine_downloads,
    installing,
    engines,
    settings,
    presets,
    nodes,
    farm,
    peers,
    handover,
    addon,
    debug,
)


def all_routes(context: Context) -> list[Route]:
    """Every route of the API, in the order in which they are matched."""
    return [route for module in MODULES for route in module.routes(context)]

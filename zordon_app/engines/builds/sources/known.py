"""Every site that we download from."""

from zordon_app.engines.builds.sources.base import Source
from zordon_app.engines.builds.sources.blender import BlenderReleases
from zordon_app.engines.builds.sources.blender_daily import BlenderDaily
from zordon_app.engines.builds.sources.btbn import BtbnBuilds
from zordon_app.engines.builds.sources.evermeet import EvermeetBuilds
from zordon_app.engines.builds.sources.gyan import GyanBuilds
from zordon_app.engines.builds.sources.osxexperts import OsxExpertsBuilds


def known_sources() -> list[Source]:
    """All of them; johnvansickle.com is left out, since it stands still and publishes MD5 only."""
    return [BlenderReleases(), BlenderDaily(), BtbnBuilds(), GyanBuilds(), EvermeetBuilds(), OsxExpertsBuilds()]

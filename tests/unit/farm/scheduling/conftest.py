import pytest

from tests.fakes.engine import FakeEngine
from tests.unit.farm.conftest import claiming_of
from zordon_app.domain.ids import NodeId
from zordon_app.engines.base import Build
from zordon_app.engines.registry import EngineRegistry
from zordon_app.farm.completion.gathering import Gathering
from zordon_app.farm.scheduling.blocklist import Blocklist
from zordon_app.farm.scheduling.dispatcher import Dispatcher
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.speeds import Speeds
from zordon_app.storage.outputs import OutputFolders

NODE, OTHER = NodeId("node-a"), NodeId("node-b")


class OneBuild:
    def __init__(self):
        self.installed = Build(engine="fake", version="1.0", command=("fake",), origin="system")

    def find(self, wanted):
        return self.installed


class Room:
    def __init__(self):
        self.sentence = ""

    def shortage(self, folder):
        return self.sentence


@pytest.fixture
def dispatch(bench):
    class Parts:
        builds = OneBuild()
        room = Room()
        blocklist = Blocklist()

    Parts.benchmarks = {}
    speeds = Speeds(bench.state, benchmarked=lambda node, engine: Parts.benchmarks.get((node, engine)))
    Parts.leases = LeaseKeeper(bench.state, bench.lifecycle, Parts.blocklist, bench.clock)
    Parts.dispatcher = Dispatcher(
        bench.state,
        bench.lifecycle,
        speeds,
        Parts.leases,
        registry=EngineRegistry([FakeEngine()]),
        builds=Parts.builds,
        disk=Parts.room,
        clock=bench.clock,
        jobs_folder=bench.folder / "jobs",
        blocklist=Parts.blocklist,
    )
    Parts.gathering = Gathering(
        bench.state, bench.lifecycle, OutputFolders(), claiming_of(bench), bench.folder / "jobs"
    )
    Parts.speeds = speeds
    return Parts

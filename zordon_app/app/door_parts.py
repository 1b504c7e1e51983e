"""The farm's door: what the API reads, new jobs, and what people do with jobs."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from zordon_app.app.basis import Basis
from zordon_app.app.parts import EngineParts, StorageParts
from zordon_app.engines.base import Build
from zordon_app.farm.actions import JobActions
from zordon_app.farm.child.child_jobs import ChildJobs
from zordon_app.farm.intake.folders import JobFolders
from zordon_app.farm.intake.intake import Intake
from zordon_app.farm.intake.output_names import OutputNames
from zordon_app.farm.intake.pinning import Pinning
from zordon_app.farm.intake.planning import Planning
from zordon_app.farm.intake.read_files import ReadFiles
from zordon_app.farm.intake.reviews import files_to_come
from zordon_app.farm.intake.sources import ProjectSources
from zordon_app.farm.ledger.feed import ChangeFeed
from zordon_app.farm.ledger.lifecycle import Lifecycle
from zordon_app.farm.ledger.progress import LiveProgress
from zordon_app.farm.ledger.state import FarmState
from zordon_app.farm.project_choice import ProjectChoice
from zordon_app.farm.reading.deltas import Deltas
from zordon_app.farm.reading.jobs import JobReading
from zordon_app.farm.reading.queue_end import QueueEnd
from zordon_app.farm.reading.views import JobViews
from zordon_app.farm.scheduling.assignment import MachineAssignment
from zordon_app.farm.scheduling.lease_keeping import LeaseKeeper
from zordon_app.farm.scheduling.nodes import NodeDesk
from zordon_app.farm.scheduling.speeds import Speeds
from zordon_app.farm.scheduling.version_watch import VersionWatch
from zordon_app.farm.submission import Submission
from zordon_app.files.archives import unpack


class DoorParts:
    """All that routes ask of the farm."""

    def __init__(
        self,
        basis: Basis,
        engines: EngineParts,
        storage: StorageParts,
        *,
        state: FarmState,
        feed: ChangeFeed,
        lifecycle: Lifecycle,
        leases: LeaseKeeper,
        children: ChildJobs,
        nodes: NodeDesk,
        progress: LiveProgress,
        speeds: Speeds,
        offers: Callable[[str], Sequence[Build]],
        live_engines: Callable[[], list[dict[str, Any]]],
        forget_previews: Callable[[str], None],
        this_node: str,
        reads: ReadFiles,
        name_of: Callable[[str], str],
        pinning: Pinning,
        watch: VersionWatch,
    ) -> None:
        """``offers`` are builds that could be downloaded; ``live_engines`` tells of builds and downloads."""
        jobs_folder = basis.paths.jobs
        folders = JobFolders(storage.outputs, jobs_folder, forget_previews)
        views = JobViews(state, feed, progress, speeds, basis.name, name_of)
        queue = QueueEnd(state, speeds, progress, basis.clock)
        planning = Planning(
            registry=engines.registry,
            builds=engines.builds,
            presets=engines.presets.all,
            offers=offers,
            coming=partial(files_to_come, state),
            usual=partial(_usual_arguments, basis),
            missing_files=lambda: basis.settings.current.missing_files,
        )
        intake = Intake(
            planning=planning,
            sources=ProjectSources(engines.registry, unpack, jobs_folder),
            outputs=storage.outputs,
            clock=basis.clock,
            jobs_folder=jobs_folder,
            output_root=basis.output_root,
            names=OutputNames(state, storage.outputs, reads),
        )
        self.jobs = JobReading(
            state,
            feed=feed,
            views=views,
            deltas=Deltas(
                state,
                feed,
                views,
                basis.clock,
                nodes=nodes.views,
                queue=queue.view,
                live_engines=live_engines,
            ),
            queue=queue,
            progress=progress,
            outputs=storage.outputs,
            folders=folders,
            jobs_folder=jobs_folder,
            reads=reads,
        )
        self.submission = Submission(
            state,
            planning=planning,
            intake=intake,
            children=children,
            views=views,
            nodes=nodes,
            folders=folders,
            manifests=storage.manifests,
        )
        self.actions = JobActions(
            state,
            lifecycle=lifecycle,
            leases=leases,
            assignment=MachineAssignment(state, lifecycle, leases, nodes, this_node),
            views=views,
            folders=folders,
            outputs=storage.outputs,
            watch=watch,
        )
        self.project_choice = ProjectChoice(
            state, lifecycle=lifecycle, leases=leases, pinning=pinning, planning=planning, views=views
        )


def _usual_arguments(basis: Basis, engine: str) -> dict[str, Any]:
    """By the settings as they are now."""
    return basis.settings.current.arguments_of(engine)

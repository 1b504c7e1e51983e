"""The person's settings: one flat record, checked whole, kept as YAML with what differs from the defaults."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from zordon_app.domain.addresses import check_web_address
from zordon_app.domain.hours import check_schedule
from zordon_app.domain.validation import checked
from zordon_app.errors import BadRequest, ZordonError
from zordon_app.files.durable import write_durably

HOST = r"^([A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$"
"""A host name or address (IPv6 in brackets), with or without a port."""


class BadSettings(ZordonError):
    """The settings file cannot be read; the sentence names the file and what is wrong in it."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a person may set. The text beside each field is shown in the window and by ``zordon config``."""

    name: Annotated[str, Meta(max_length=60, description="Name of this machine; empty: the host name.")] = ""
    port: Annotated[int, Meta(ge=1024, le=65_534, description="Port of the API; peers use the next one.")] = 8585
    lan: Annotated[bool, Meta(description="Let other machines reach this one.")] = True
    discovery: Annotated[bool, Meta(description="Look for other machines and be found by them.")] = True
    local_users: Annotated[
        list[Annotated[str, Meta(max_length=100)]],
        Meta(max_length=50, description="Other users of this machine whose programs may use this Zordon as you do."),
    ] = field(default_factory=list)
    peers: Annotated[
        list[Annotated[str, Meta(max_length=255)]],
        Meta(max_length=200, description="Machines that cannot be found by themselves, as host or host:port."),
    ] = field(default_factory=list)
    extra_names: Annotated[
        list[Annotated[str, Meta(max_length=260, pattern=HOST)]],
        Meta(
            max_length=50,
            description="Other names by which browsers reach this machine, as farm.example, or with its port that of a "
            "proxy; all others are refused.",
        ),
    ] = field(default_factory=list)
    door: Annotated[
        Literal["ask", "open"], Meta(description="ask: admit each new machine by hand; open: admit all, always.")
    ] = "ask"
    accept_work: Annotated[bool, Meta(description="Let this machine render.")] = True
    members_scripts: Annotated[
        bool, Meta(description="Let jobs of other machines run the scripts in their files here, with your rights.")
    ] = False
    output_folder: Annotated[
        str, Meta(max_length=4096, description="Where jobs put their output; empty: Zordon in your home folder.")
    ] = ""
    disk_reserve_gib: Annotated[float, Meta(ge=0, le=100_000, description="Space kept free on every volume, GiB.")] = 2
    disk_reserve_percent: Annotated[float, Meta(ge=0, le=50, description="The same as a share; the larger counts.")] = 5
    previews_gib: Annotated[float, Meta(ge=0.1, le=1000, description="Room for thumbnails and preview films, GiB.")] = 2
    keep_projects_gib: Annotated[
        float,
        Meta(
            ge=0, le=10_000, description="Projects are kept as they were submitted up to so much a job, GiB; 0: none."
        ),
    ] = 2
    hang_minutes: Annotated[
        float, Meta(gt=0, le=10_000, description="An engine that does nothing for so long is ended and tried again.")
    ] = 10
    nice: Annotated[bool, Meta(description="Engines give way to the programs that you work with.")] = True
    threads: Annotated[
        int, Meta(ge=0, le=1024, description="Threads of the processor that an engine may use; 0: all.")
    ] = 0
    memory_floor_gib: Annotated[
        float, Meta(ge=0, le=10_000, description="Nothing new is begun while less memory is free, GiB; 0: no limit.")
    ] = 0
    schedule: Annotated[
        dict[str, Annotated[str, Meta(max_length=200)]],
        Meta(
            description="Hours in which this machine works, by day (mon to sun), as 18:00-08:00; empty: always. "
            "Hours that end before they begin last into the next day."
        ),
    ] = field(default_factory=dict)
    idle_minutes: Annotated[
        float,
        Meta(ge=0, le=1440, description="Work only when nobody touched this machine for so many minutes; 0: always."),
    ] = 0
    watch_folders: Annotated[
        dict[str, Annotated[str, Meta(max_length=100)]],
        Meta(
            max_length=50, description="Folders whose new files become jobs, and the preset for each; none: as it is."
        ),
    ] = field(default_factory=dict)
    engine_downloads: Annotated[
        Literal["ask", "always", "never"],
        Meta(description="Whether a job that lacks its engine version may download it."),
    ] = "ask"
    missing_files: Annotated[
        Literal["warn", "wait"],
        Meta(description="Files that a project names and that are missing: render without them, or wait for you."),
    ] = "warn"
    damaged_pictures: Annotated[
        Literal["warn", "error"],
        Meta(description="Pictures of a film that are damaged: warn and show them as players do, or fail the job."),
    ] = "warn"
    mirrors: Annotated[
        dict[str, Annotated[str, Meta(max_length=500)]],
        Meta(description="Other addresses for engine downloads, by source."),
    ] = field(default_factory=dict)
    notify_command: Annotated[
        str,
        Meta(
            max_length=4000,
            description="Program, with arguments, that is run when a job ends or first fails; ZORDON_EVENT, "
            "ZORDON_TEXT, ZORDON_NAME and others in its environment tell which.",
        ),
    ] = ""
    webhook: Annotated[
        str,
        Meta(max_length=2000, description="Web address that is sent the same as JSON: event, text, name and others."),
    ] = ""
    ui: Annotated[dict[str, Any], Meta(description="What the window remembers.")] = field(default_factory=dict)

    def arguments_of(self, engine: str) -> dict[str, Any]:
        """The arguments of an engine that hold where a job says nothing, without those that are its own default."""
        if engine == "ffmpeg" and self.damaged_pictures != DEFAULTS.damaged_pictures:
            return {"damaged_pictures": self.damaged_pictures}
        return {}


PRIVATE = frozenset({"notify_command", "webhook"})
"""What only programs on this machine may see: such addresses and arguments hold secrets."""

LOCAL_ONLY = PRIVATE | frozenset(
    {
        "door",
        "output_folder",
        "watch_folders",
        "lan",
        "port",
        "mirrors",
        "extra_names",
        "local_users",
        "members_scripts",
    }
)
"""What only programs on this machine may change: it decides what is run, read, fetched, written or let in."""

DEFAULTS = Settings()


class SettingsFile:
    """Settings on disk. Reading is free; each change is checked, written durably, and then told to listeners."""

    def __init__(self, path: Path) -> None:
        """Read ``path``, which need not exist.

        Raises:
            BadSettings: it is not YAML, or a value is wrong.
        """
        self._path = path
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Settings], None]] = []
        self._checks: list[Callable[[Settings, Settings], None]] = []
        self._current = _load(path)

    @property
    def current(self) -> Settings:
        """All values now."""
        return self._current

    def listen(self, listener: Callable[[Settings], None]) -> None:
        """Call ``listener`` with all values after each change."""
        self._listeners.append(listener)

    def check(self, check: Callable[[Settings, Settings], None]) -> None:
        """Let ``check`` see each change, the values before and after; what it raises (BadRequest) refuses it."""
        self._checks.append(check)

    def read(self) -> dict[str, Any]:
        """All values by name."""
        return dict(msgspec.to_builtins(self._current))

    def change(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Apply all ``changes`` or none; null puts a setting back to its default.

        Raises:
            BadRequest: a name is unknown or a value wrong.
        """
        with self._lock:
            values = {**self.read(), **changes}
            for name, value in changes.items():
                if value is None and hasattr(DEFAULTS, name):
                    values[name] = getattr(DEFAULTS, name)
            settings = checked(values, Settings)
            _check_folder("output_folder", settings.output_folder)
            for check in self._checks:
                check(self._current, settings)
            check_schedule(settings.schedule)
            if settings.webhook:
                check_web_address(settings.webhook)
            _save(self._path, settings)
            self._current = settings
        for listener in self._listeners:
            listener(settings)
        return self.read()


def schema() -> dict[str, Any]:
    """JSON Schema of the settings: types, ranges, defaults and what each is for."""
    return msgspec.json.schema(Settings)


def _check_folder(name: str, text: str) -> None:
    if text and ("\0" in text or not Path(text).expanduser().is_absolute()):
        raise BadRequest(
            "{setting} must be a whole path, not {path!r}.", code="folder_path", setting=name, path=text[:100]
        )


def _load(path: Path) -> Settings:
    if not path.is_file():
        return Settings()
    try:
        values = msgspec.yaml.decode(path.read_bytes()) or {}
        return checked(values, Settings)
    except (msgspec.DecodeError, UnicodeError, OSError, BadRequest) as error:
        raise BadSettings(f"The settings in {path} cannot be used: {error} Correct the file, or remove it.") from error


def _save(path: Path, settings: Settings) -> None:
    values = msgspec.to_builtins(settings)
    defaults = msgspec.to_builtins(DEFAULTS)
    changed = {name: value for name, value in values.items() if value != defaults[name]}
    write_durably(path, msgspec.yaml.encode(changed), private=True)

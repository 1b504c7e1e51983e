"""A farm of real nodes, each a process on a machine of its own, and what a person does with them over the API."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.fakes.patience import HANG_SECONDS
from tests.farm.network import Network

SCALE = 0.2
PORT = 8585
NODE = Path(__file__).with_name("node.py")


def eventually(condition: Callable[[], Any], what: str, seconds: float = HANG_SECONDS, every: float = 0.1) -> Any:
    """What ``condition`` gives once that is truthy."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        pause.wait(every)
    raise AssertionError(f"It did not come to be within {seconds:.0f} s: {what}")


class Machine:
    """One node: its process, its data, its API as programs on its own machine reach it."""

    def __init__(self, network: Network, number: int, home: Path, env: dict[str, str]) -> None:
        self.network, self.number, self.home = network, number, home
        self._env = env
        self.clock = home / "clock"
        self.command: list[str] = []
        self.process: subprocess.Popen[bytes] | None = None
        home.mkdir(parents=True, exist_ok=True)

    @property
    def name(self) -> str:
        return f"node{self.number}"

    @property
    def peer_address(self) -> str:
        return f"{self.network.address(self.number)}:{PORT + 1}"

    def settings(self, **values: Any) -> None:
        """Write the settings file; before the start."""
        file = self.home / "config" / "settings.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"name": self.name, "disk_reserve_gib": 0, "disk_reserve_percent": 0, **values}))

    def turn_clock(self, seconds: int) -> None:
        """Its wall clock is so far off from now on; for nodes with the wall engine."""
        new = self.clock.with_name("new clock")
        new.write_text(f"{seconds}")
        new.replace(self.clock)

    def start(self, *, wait: bool = True) -> None:
        log = (self.home / "console.txt").open("ab")
        with log:
            self.process = subprocess.Popen(
                self.network.command(self.number, *self.command),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self._env,
                start_new_session=True,
            )
        if wait:
            self.wait_until_up()

    def wait_until_up(self) -> None:
        eventually(self._answers, f"{self.name} answers; {self.console()[-2000:]}")

    def console(self) -> str:
        return (self.home / "console.txt").read_text(errors="replace")

    def log(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted((self.home / "logs").glob("*.log*")))

    def tree(self) -> list[psutil.Process]:
        """The node and all that it started."""
        if self.process is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            node = psutil.Process(self.process.pid)
            return [node, *node.children(recursive=True)]
        return []

    def engines(self) -> list[psutil.Process]:
        """Engines that run there."""
        found = []
        for process in self.tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "wall_program" in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def signal_all(self, number: int) -> None:
        for process in self.tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def kill(self) -> None:
        """As a power cut does it to the node; engines are the kernel's business (R5)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(HANG_SECONDS)
        except subprocess.TimeoutExpired:
            self.signal_all(signal.SIGKILL)
            raise
        finally:
            self.process = None

    def end(self) -> None:
        """Whatever state it is in, nothing of it stays."""
        tree = self.tree()
        for process in reversed(tree):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if self.process is not None:
            self.process.wait()
            self.process = None
        psutil.wait_procs(tree, 5)

    # The API

    def call(self, method: str, path: str, body: Any = None, seconds: float = HANG_SECONDS) -> tuple[int, bytes]:
        """One request as a program on that machine makes it."""
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=seconds)
        try:
            with self.network.inside(self.number):
                connection.connect()
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        status, data = self.call("GET", path)
        assert status == 200, (path, status, data[:500])
        return json.loads(data)

    def post(self, path: str, body: Any = None) -> Any:
        status, data = self.call("POST", path, {} if body is None else body)
        assert status in {200, 201}, (path, status, data[:500])
        return json.loads(data)

    def submit(self, project: Path, **fields: Any) -> str:
        return str(self.post("/api/add_job", {"local_path": str(project), **fields})["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        return dict(self.get(f"/api/jobs/{job_id}"))

    def units(self, job_id: str) -> list[dict[str, Any]]:
        return list(self.get(f"/api/jobs/{job_id}/units"))

    def children(self) -> list[dict[str, Any]]:
        """Jobs of others that it helps with."""
        return [job for job in self.get("/api/jobs")["jobs"] if job["parent"]]

    def id(self) -> str:
        return str(next(node["id"] for node in self.get("/api/nodes") if node["this"]))

    def sees(self) -> set[str]:
        """Members that are online, this one too."""
        return {view["id"] for view in self.get("/api/nodes") if view["state"] != "offline"}

    def finish(self, job_id: str) -> dict[str, Any]:
        """Wait until a job has ended well."""

        def ended() -> dict[str, Any] | None:
            job = self.job(job_id)
            return job if job["status"] in {"completed", "error", "cancelled"} else None

        try:
            job = eventually(ended, f"job {job_id} ends")
        except AssertionError as error:
            error.add_note(f"{self.job(job_id)}\n{self.units(job_id)}\n{self.log()[-3000:]}")
            raise
        assert job["status"] == "completed", (job["status"], job["reason"], job["errors"])
        return dict(job)

    def _answers(self) -> bool:
        assert self.process is None or self.process.poll() is None, self.console()[-3000:]
        try:
            return self.call("GET", "/api/heartbeat", seconds=10.0)[0] == 200
        except OSError:
            return False


class Farm:
    """Machines with running nodes."""

    def __init__(self, network: Network, root: Path, *, scale: float = SCALE, **env: str) -> None:
        self.network, self.root = network, root
        self.history = root / "history.txt"
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ZORDON_") or "BPY" in name}
        self.env = {**ours, "ZORDON_TIMESCALE": str(scale), "PYTHONUNBUFFERED": "1", **env}
        self.machines = [
            Machine(network, number, root / f"node{number}", self.env) for number in range(1, network.count + 1)
        ]

    def start_real(self, *options: str) -> list[Machine]:
        """Nodes as people start them, with Blender and FFmpeg."""
        for machine in self.machines:
            machine.settings()
            machine.command = [sys.executable, "-m", "zordon_app", "serve", "--data-dir", str(machine.home), *options]
            machine.start(wait=False)
        return self._up()

    def start_walls(self, **each: list[Any]) -> list[Machine]:
        """Nodes with the wall engine; ``each`` has an option's values, one for each machine."""
        for place, machine in enumerate(self.machines):
            if not (machine.home / "config").exists():
                machine.settings()
            own = {name: values[place] for name, values in each.items()}
            machine.turn_clock(0)
            usual = {"port": PORT, "node": machine.name, "history": str(self.history), "clock": str(machine.clock)}
            machine.command = [sys.executable, str(NODE), str(machine.home), json.dumps(usual | own)]
            machine.start(wait=False)
        return self._up()

    def join_all(self) -> None:
        """Everybody joins the first one's farm, whose door is open."""
        for machine in self.machines[1:]:
            machine.post("/api/farm/join", {"address": self.machines[0].peer_address})
        self.wait_until_joined()

    def wait_until_joined(self) -> None:
        everybody = {machine.id() for machine in self.machines}
        eventually(lambda: all(machine.sees() == everybody for machine in self.machines), "everybody sees everybody")

    def wall(self, **facts: Any) -> Path:
        """A project of the wall engine."""
        project = self.root / "scene.wall"
        project.write_text(json.dumps(facts))
        return project

    def told(self, what: str) -> list[tuple[float, str, int]]:
        """Moments, nodes and frames of the common history."""
        if not self.history.exists():
            return []
        lines = [line.split() for line in self.history.read_text().splitlines()]
        return [(float(at), node, int(frame)) for at, node, event, frame in lines if event == what]

    def end(self) -> None:
        for machine in self.machines:
            machine.end()

    def _up(self) -> list[Machine]:
        for machine in self.machines:
            machine.wait_until_up()
        return self.machines

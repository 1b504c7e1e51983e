import os
import signal
import sys

from zordon_app.engines.base import Invocation
from zordon_app.render import processes
from zordon_app.render.processes import ProcessOwner


def is_gone(pid):
    return not processes.psutil.pid_exists(pid) or processes.psutil.Process(pid).status() == "zombie"


def test_an_engine_that_is_ended_never_looks_like_one_that_ended_well(tmp_path, monkeypatch):
    # Whoever else waits for our child takes its exit status, and Popen then says 0.
    monkeypatch.setattr(processes, "_signal_group", lambda popen, number: popen.send_signal(signal.SIGSTOP))
    killed = []
    monkeypatch.setattr(processes, "_kill", killed.extend)
    owner = ProcessOwner("test-owner")
    engine = owner.spawn(Invocation(argv=(sys.executable, "-c", "import time; time.sleep(60)")), cwd=tmp_path)
    try:
        owner.end(engine, grace=0.1)

        assert engine.popen.pid not in [process.pid for process in killed]
    finally:
        engine.popen.kill()
        engine.popen.wait()
        engine.output.close()
    assert engine.popen.returncode == -signal.SIGKILL


def test_what_an_engine_started_goes_with_it(tmp_path):
    script = (
        "import subprocess, time\n"
        "print(subprocess.Popen(['sleep', '60'], start_new_session=True).pid, flush=True)\n"
        "time.sleep(60)"
    )
    owner = ProcessOwner("test-owner")
    engine = owner.spawn(Invocation(argv=(sys.executable, "-c", script)), cwd=tmp_path)
    with engine.output as output:
        child = int(output.readline())

        owner.end(engine, grace=1)

    assert engine.popen.returncode not in {None, 0}
    assert is_gone(child)


def test_a_daemon_that_left_its_group_and_its_parent_goes_too(tmp_path):
    script = (
        "import subprocess\n"
        "print(subprocess.Popen(['sleep', '60'], start_new_session=True, stdout=subprocess.DEVNULL).pid, flush=True)\n"
    )
    owner = ProcessOwner("test-owner")
    engine = owner.spawn(Invocation(argv=(sys.executable, "-c", script)), cwd=tmp_path)
    with engine.output as output:
        child = int(output.readline())
        engine.popen.wait()

        owner.end(engine, grace=1)

    assert is_gone(child)


def test_at_its_end_only_what_is_newer_than_the_engine_is_looked_at(tmp_path, monkeypatch):
    owner = ProcessOwner("test-owner")
    engine = owner.spawn(Invocation(argv=(sys.executable, "-S", "-c", "")), cwd=tmp_path)
    looked_at = []
    monkeypatch.setattr(processes.psutil.Process, "environ", lambda process: looked_at.append(process.pid) or {})

    owner.end(engine, grace=5)
    engine.output.close()

    assert os.getppid() not in looked_at
    assert 1 not in looked_at


def test_a_studios_colours_reach_the_engine_and_a_persons_keys_do_not(tmp_path, monkeypatch):
    monkeypatch.setenv("OCIO", "/studio/config.ocio")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    owner = ProcessOwner("test-owner")
    engine = owner.spawn(Invocation(argv=(sys.executable, "-c", "import os; print(dict(os.environ))")), cwd=tmp_path)
    with engine.output as output:
        said = output.read().decode()
    owner.end(engine, grace=1)

    assert "/studio/config.ocio" in said
    assert "secret" not in said

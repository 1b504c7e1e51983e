"""One large file over a line that fails in every way; a real server on this machine answers."""

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes.mirror import CHALLENGE, Fault, Mirror, wait_until
from tests.fakes.patience import HANG_SECONDS
from zordon_app.engines.builds.errors import (
    ChallengePage,
    CutOff,
    NoAnswer,
    NoLongerOffered,
    SiteFailed,
    Stopped,
    TooMuch,
    Untrusted,
)
from zordon_app.engines.builds.sources.blender import BlenderReleases
from zordon_app.engines.builds.steps import Steps
from zordon_app.engines.builds.transfer import Transfer
from zordon_app.engines.builds.web import Web
from zordon_app.errors import DiskFull

PATH = "/release/Blender4.5/blender.tar.xz"
URL = f"https://download.blender.org{PATH}"
CONTENTS = bytes(range(256)) * 20_000


@pytest.fixture
def mirror():
    with Mirror(files={PATH: CONTENTS}) as mirror:
        yield mirror


@pytest.fixture
def other():
    with Mirror(files={PATH: CONTENTS}) as mirror:
        yield mirror


@pytest.fixture
def part(tmp_path):
    return tmp_path / "downloads" / "blender.part"


class Fetching:
    """A transfer and what it told."""

    def __init__(self, mirrors, *, shortage=lambda _folder: "", read_seconds=HANG_SECONDS):
        self.web = Web(lambda: {"blender": mirrors}, connect_seconds=HANG_SECONDS, read_seconds=read_seconds)
        self.progress = []
        self.clock = SimpleNamespace(now=0.0)
        self.steps = Steps(lambda _state: None, self.progress.append, self.tick)
        self.transfer = Transfer(self.web, self.steps, shortage=shortage, pause_seconds=0.001)

    def tick(self):
        self.clock.now += 1
        return self.clock.now

    def fetch(self, part, **options):
        addresses = self.web.addresses(BlenderReleases(), URL)
        try:
            self.transfer.fetch(addresses, part, **options)
        finally:
            self.web.close()


def test_a_file_arrives_whole_with_its_progress(mirror, part):
    fetching = Fetching(mirror.url)

    fetching.fetch(part, size=len(CONTENTS))

    assert part.read_bytes() == CONTENTS
    assert list(part.parent.iterdir()) == [part]
    last = fetching.progress[-1]
    assert (last.total, last.received) == (len(CONTENTS), len(CONTENTS))
    assert last.speed > 0
    assert last.eta_seconds == 0


def test_a_cut_connection_is_gone_on_with_where_it_broke(mirror, part):
    mirror.faults[PATH] = Fault(cut_after=1_000_000, times=3)

    Fetching(mirror.url).fetch(part)

    assert part.read_bytes() == CONTENTS
    ranges = [asked.headers.get("Range") for asked in mirror.asked]
    assert ranges == [None, "bytes=1000000-", "bytes=2000000-", "bytes=3000000-"]
    assert all(asked.headers.get("If-Range") for asked in mirror.asked[1:])


def test_a_file_that_changed_meanwhile_begins_again(mirror, part):
    mirror.faults[PATH] = Fault(cut_after=1_000_000, times=1)
    fetching = Fetching(mirror.url)
    changed = CONTENTS[::-1]
    first = fetching.web.open

    def open_changed(address, headers=None):
        if headers and "Range" in headers:
            mirror.files[PATH] = changed
        return first(address, headers)

    fetching.web.open = open_changed

    fetching.fetch(part)

    assert part.read_bytes() == changed


def test_without_tags_a_cut_file_begins_again_instead_of_being_patched_together(mirror, part):
    mirror.tags = False
    mirror.faults[PATH] = Fault(cut_after=1_000_000, times=1)

    Fetching(mirror.url).fetch(part)

    assert part.read_bytes() == CONTENTS
    assert [asked.headers.get("Range") for asked in mirror.asked] == [None, None]


def test_a_connection_that_always_breaks_at_once_is_given_up_with_that_reason(mirror, part):
    mirror.faults[PATH] = Fault(cut_after=0)

    with pytest.raises(CutOff, match="broke"):
        Fetching(mirror.url).fetch(part)


def test_what_is_there_is_kept_for_the_next_try(mirror, part):
    mirror.faults[PATH] = Fault(cut_after=2_000_000, times=1)
    fetching = Fetching(mirror.url)
    fetching.steps.advance = lambda count: fetching.steps.stop() if count else None
    with pytest.raises(Stopped):
        fetching.fetch(part)
    kept = part.stat().st_size
    mirror.asked.clear()

    Fetching(mirror.url).fetch(part)

    assert 0 < kept < len(CONTENTS)
    assert mirror.asked[0].headers["Range"] == f"bytes={kept}-"
    assert part.read_bytes() == CONTENTS


def test_a_file_that_was_there_already_is_not_asked_for_again(mirror, part):
    mirror.faults[PATH] = Fault(cut_after=2_000_000, times=1)
    fetching = Fetching(mirror.url)
    fetching.steps.wait = lambda _seconds: (_ for _ in ()).throw(Stopped)
    with pytest.raises(Stopped):
        fetching.fetch(part)
    part.write_bytes(CONTENTS)
    mirror.asked.clear()

    Fetching(mirror.url).fetch(part)

    assert mirror.asked == []


def test_the_next_mirror_is_taken_when_the_first_fails(mirror, other, part):
    mirror.faults[PATH] = Fault(status=503, body=b"down")

    Fetching(f"{mirror.url} {other.url}/").fetch(part)

    assert part.read_bytes() == CONTENTS
    assert other.paths() == [PATH]


@pytest.mark.parametrize("status", [200, 403, 503])
def test_a_check_for_browsers_has_its_own_message(mirror, part, status):
    mirror.faults[PATH] = Fault(status=status, body=CHALLENGE, content_type="text/html")

    with pytest.raises(ChallengePage, match="check for browsers"):
        Fetching(mirror.url).fetch(part)


def test_a_web_page_instead_of_the_file_is_refused(mirror, part):
    mirror.faults[PATH] = Fault(body=b"<html>Welcome to Hotel Wi-Fi</html>", content_type="text/html")

    with pytest.raises(SiteFailed, match="web page"):
        Fetching(mirror.url).fetch(part)


def test_a_file_that_is_gone_has_its_own_message(mirror, part):
    mirror.files.clear()

    with pytest.raises(NoLongerOffered):
        Fetching(mirror.url).fetch(part)


def test_an_endless_body_is_broken_off_and_removed(mirror, part):
    mirror.faults[PATH] = Fault(endless=True)

    with pytest.raises(TooMuch):
        Fetching(mirror.url).fetch(part, size=3_000_000)

    assert not part.exists()


def test_more_than_the_list_says_is_not_even_begun(mirror, part):
    with pytest.raises(TooMuch, match="announces"):
        Fetching(mirror.url).fetch(part, size=1000)


def test_a_body_without_a_length_is_taken_to_its_end(mirror, part):
    mirror.faults[PATH] = Fault(no_length=True)

    Fetching(mirror.url).fetch(part, size=len(CONTENTS))

    assert part.read_bytes() == CONTENTS


@pytest.mark.parametrize("target", ["https://evil.example/blender.tar.xz", "http://download.blender.org/x", "ftp://x/"])
def test_redirects_to_other_places_are_not_followed(mirror, part, target):
    mirror.faults[PATH] = Fault(location=target)

    with pytest.raises(Untrusted, match="not trusted"):
        Fetching(mirror.url).fetch(part)


def test_a_redirect_to_another_local_server_is_not_followed(mirror, other, part):
    mirror.faults[PATH] = Fault(location=other.url + PATH)

    with pytest.raises(Untrusted):
        Fetching(mirror.url).fetch(part)

    assert other.asked == []


def test_a_redirect_on_the_same_mirror_is_followed(mirror, part):
    mirror.add("/moved", CONTENTS)
    mirror.faults[PATH] = Fault(location="/moved")

    Fetching(mirror.url).fetch(part)

    assert part.read_bytes() == CONTENTS


def test_redirects_in_a_circle_end(mirror, part):
    mirror.faults[PATH] = Fault(location=PATH)

    with pytest.raises(SiteFailed, match="without end"):
        Fetching(mirror.url).fetch(part)


def test_plain_http_is_taken_from_mirrors_that_a_person_named_and_from_nobody_else():
    web = Web(dict)
    official = web.addresses(BlenderReleases(), URL)

    assert [address.url.split(":")[0] for address in official] == ["https", "https"]
    with pytest.raises(Untrusted):
        web.addresses(BlenderReleases(), "http://download.blender.org/x")
    with pytest.raises(Untrusted):
        web.addresses(BlenderReleases(), "https://download.blender.org.evil.example/x")


def test_nothing_there_has_its_own_message(part):
    with Mirror() as mirror:
        url = mirror.url

    with pytest.raises(NoAnswer, match="cannot be reached"):
        Fetching(url).fetch(part)


def test_a_server_that_falls_silent_is_left_after_a_while(mirror, other, part):
    silent = threading.Event()
    mirror.faults[PATH] = Fault(wait=silent)

    Fetching(f"{mirror.url} {other.url}", read_seconds=1.0).fetch(part)

    assert part.read_bytes() == CONTENTS


def test_a_download_can_be_stopped_in_the_middle_of_a_slow_body(mirror, part):
    slow = threading.Event()
    mirror.faults[PATH] = Fault(wait=slow)
    fetching = Fetching(mirror.url)
    stopped = threading.Event()

    def fetch():
        with pytest.raises(Stopped):
            fetching.fetch(part)
        stopped.set()

    thread = threading.Thread(target=fetch)
    thread.start()
    wait_until(lambda: bool(fetching.progress) and fetching.progress[-1].received > 1_000_000)

    fetching.steps.stop()
    slow.set()
    thread.join(HANG_SECONDS)

    assert stopped.is_set()
    assert part.stat().st_size > 1_000_000


def test_a_volume_below_its_reserve_stops_the_download(mirror, part):
    shortages = iter(["", "Waiting for disk space: 1 GB free."])
    mirror.add(PATH, bytes(70_000_000))

    with pytest.raises(DiskFull, match="1 GB free"):
        Fetching(mirror.url, shortage=lambda _folder: next(shortages)).fetch(part)

    assert part.stat().st_size > 60_000_000


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_has_its_own_message_and_the_part_is_given_back(mirror, part):
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")

    with pytest.raises(DiskFull, match="full"):
        Fetching(mirror.url).fetch(part)

    assert not part.is_symlink()

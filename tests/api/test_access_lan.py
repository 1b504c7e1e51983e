"""F28 and F29 on both listeners: what strangers, browsers, peers and this machine's programs reach, route by route."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes.nodes import Node, running_nodes
from tests.fakes.patience import HANG_SECONDS
from tests.fakes.wire import Reply, send
from zordon_app.api.application import make_application, make_routes
from zordon_app.api.policy import SIGN_IN_FILES
from zordon_app.api.routing import Route
from zordon_app.api.server import HttpServer
from zordon_app.domain.callers import Role
from zordon_app.domain.peering import SessionAsk
from zordon_app.peers.links.sessions import login_message

WEB = Path(__file__).parents[2] / "web"

OPEN_TO_ALL = {
    ("GET", "/api/heartbeat"),
    ("GET", "/api/peer/hello"),
    ("POST", "/api/peer/join"),
    ("POST", "/api/peer/reveal"),
    ("POST", "/api/peer/verdict"),
    ("POST", "/api/peer/challenge"),
    ("POST", "/api/peer/session"),
    ("POST", "/api/sign_in"),
}
"""Everything that the network may reach without having proven anything. A new line here needs a reason."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SECRETS = ("secret-job", "anna", "units", "cpu")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory):
    """A node with both listeners, one peer's token and two browsers' cookies."""
    with running_nodes(tmp_path_factory.mktemp("site"), WEB, "anna", "bert") as (anna, bert):
        anna.peers.members.admit(bert.identity.public_key, bert.identity.fingerprint, "bert")
        services = anna.services
        loopback = HttpServer(make_application(services), "127.0.0.1", 0)
        loopback.start()
        yield SimpleNamespace(
            anna=anna,
            lan=anna.address,
            local=f"127.0.0.1:{loopback.port}",
            routes=make_routes(services),
            peer=token_of(anna, bert),
            view=cookie_of(anna, "view"),
            control=cookie_of(anna, "control"),
        )
        loopback.stop()


def token_of(node: Node, member: Node) -> str:
    sessions = node.peers.sessions
    nonce = sessions.challenge(member.id, "127.0.0.1")
    message = login_message(nonce, client=member.id, server=node.id, fingerprint=node.identity.fingerprint)
    ask = SessionAsk(device=member.id, nonce=nonce, signature=member.identity.sign(message))
    return sessions.log_in(ask, "127.0.0.1").token


def cookie_of(node: Node, role: str) -> str:
    reply = send(node.address, "POST", "/api/sign_in", {"code": node.peers.desk.make_code(role).code})
    return reply.headers["Set-Cookie"].partition(";")[0]


def filled(route: Route) -> str:
    """A path of that route."""
    return re.sub(r"<\w+>", "00000000-0000-0000-0000-000000000000", route.path)


def assert_reveals_nothing(reply: Reply) -> None:
    assert reply.headers["Content-Type"].startswith("text/plain")
    assert len(reply.body) < 300
    assert not any(word in reply.text.lower() for word in SECRETS)
    assert "Set-Cookie" not in reply.headers


class TestAStranger:
    def test_reaches_only_what_is_open_to_all_and_says_so_in_one_list(self, site):
        opened = {(route.method, route.path) for route in site.routes if Role.STRANGER in route.allow}

        assert opened == OPEN_TO_ALL

    def test_is_refused_on_every_other_route_with_every_method(self, site):
        for path in sorted({filled(route) for route in site.routes}):
            for method in METHODS:
                if (("GET" if method == "HEAD" else method), path) in OPEN_TO_ALL:
                    continue
                reply = send(site.lan, method, path, {} if method in ("POST", "PUT", "PATCH") else None)
                assert reply.status in (401, 403), (method, path, reply.status)
                if method != "HEAD":
                    assert_reveals_nothing(reply)

    @pytest.mark.parametrize(
        "path", ["/js/main.js", "/css/base.css", "/i18n/en.json", "/nothing", "/api", "/api/", "/api/x"]
    )
    def test_gets_no_file_and_learns_of_none(self, site, path):
        reply = send(site.lan, "GET", path)

        assert reply.status == 401
        assert_reveals_nothing(reply)

    def test_is_shown_the_sign_in_page_with_all_it_needs_and_nothing_more(self, site):
        front = send(site.lan, "GET", "/")
        assert (front.status, front.headers["Location"]) == (303, "/sign_in.html")
        page = send(site.lan, "GET", "/sign_in.html").text
        needed = {f"/{name}" for name in re.findall(r'(?:href|src)="([^"]+)"', page)}

        assert needed | {"/sign_in.html"} == SIGN_IN_FILES
        for path in SIGN_IN_FILES:
            assert send(site.lan, "GET", path).status == 200
        script = send(site.lan, "GET", "/js/sign_in.js").text
        assert "import " not in script

    def test_learns_from_hello_only_what_it_needs_to_talk(self, site):
        hello = send(site.lan, "GET", "/api/peer/hello").json

        assert set(hello) == {"id", "farm", "protocol_min", "protocol_max", "members", "open"}
        assert hello["farm"] != site.anna.peers.members.farm

    def test_on_this_very_machine_is_a_stranger_too(self, site):
        assert send(site.lan, "GET", "/api/status", source="127.0.0.1").status == 401

    @pytest.mark.parametrize(
        "headers",
        [
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer x"},
            {"Authorization": "Basic YTpi"},
            {"Authorization": "Bearer " + "x" * 5000},
            {"Cookie": "__Host-zordon="},
            {"Cookie": "__Host-zordon=x; other"},
            {"Cookie": "__Host-zordon=" + "x" * 5000},
            {"X-Forwarded-For": "127.0.0.1"},
            {"X-Real-Ip": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
        ],
    )
    def test_gets_no_further_with_made_up_proofs(self, site, headers):
        assert send(site.lan, "GET", "/api/status", headers=headers).status == 401

    @pytest.mark.parametrize(
        "path",
        ["//api/status", "/api//status", "/./api/status", "/api/heartbeat/../status", "/api/%73tatus", "/api/status/",
         "/api/stat%ffus", "/API/status", "/api/status%00", "/api/heartbeat%2f..%2fstatus", "/api/status;x"],
    )  # fmt: skip
    def test_finds_no_other_spelling_of_a_path_that_opens_it(self, site, path):
        assert send(site.lan, "GET", path).status in (400, 401, 404)


class TestTheHostHeader:
    def bad_hosts(self, address: str) -> list[str]:
        port = address.rpartition(":")[2]
        return [
            "evil.com", f"evil.com:{port}", f"127.0.0.1.evil.com:{port}", "127.0.0.1:1", "127.0.0.1", f"[::2]:{port}",
            f"[::ffff:203.0.113.1]:{port}", f"203.0.113.1:{port}", f"localhost.:{port}", f"user@127.0.0.1:{port}",
            f"127.0.0.1:{port}.evil.com", f"127.1:{port}", f"2130706433:{port}", f"0:{port}", f"0.0.0.0:{port}", " ",
        ]  # fmt: skip

    @pytest.mark.parametrize("listener", ["lan", "local"])
    @pytest.mark.parametrize("path", ["/api/heartbeat", "/api/status", "/", "/sign_in.html"])
    def test_a_foreign_name_is_misdirected_on_both_listeners(self, site, listener, path):
        address = getattr(site, listener)
        for host in self.bad_hosts(address):
            reply = send(address, "GET", path, host=host, tls=listener == "lan", token=site.peer)
            assert reply.status == 421, (host, reply.status)

    @pytest.mark.parametrize("listener", ["lan", "local"])
    def test_a_request_without_a_host_is_refused(self, site, listener):
        import socket

        from tests.fakes.wire import trusting_context

        host, _, port = getattr(site, listener).rpartition(":")
        with socket.create_connection((host, int(port)), timeout=HANG_SECONDS) as plain:
            talk = trusting_context().wrap_socket(plain, server_hostname=host) if listener == "lan" else plain
            talk.sendall(b"GET /api/heartbeat HTTP/1.0\r\n\r\n")
            first = talk.recv(4096).split(b"\r\n")[0]
            talk.close()
        assert b" 421 " in first

    def test_the_nodes_own_names_are_answered(self, site):
        import socket

        port = site.lan.rpartition(":")[2]
        for name in ("127.0.0.1", "localhost", socket.gethostname(), socket.gethostname().upper()):
            assert send(site.lan, "GET", "/api/heartbeat", host=f"{name}:{port}").status == 200


class TestOtherSites:
    """F29: pages of other sites, in a browser that is signed in or on this very machine."""

    FOREIGN = (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "text/plain"},
    )

    @pytest.mark.parametrize("listener", ["lan", "local"])
    @pytest.mark.parametrize("headers", FOREIGN)
    def test_may_change_nothing_on_any_route(self, site, listener, headers):
        for route in site.routes:
            if route.method == "GET":
                continue
            reply = send(
                getattr(site, listener), route.method, filled(route), b"{}",
                headers=headers, cookie=site.control, tls=listener == "lan",
            )  # fmt: skip
            assert reply.status == 403, (route.path, reply.status)
        assert site.anna.view.door.mode == "ask"

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
    def test_a_form_of_another_site_is_known_by_its_origin(self, site, kind):
        headers = {"Content-Type": kind, "Origin": "https://evil.example"}

        assert send(site.local, "POST", "/api/farm/door", b"mode=always", headers=headers, tls=False).status == 403
        assert site.anna.view.door.mode == "ask"

    def test_the_farms_own_page_may(self, site):
        headers = {"Origin": f"http://{site.local}", "Sec-Fetch-Site": "same-origin"}

        assert send(site.local, "POST", "/api/farm/door", {"mode": "ask"}, headers=headers, tls=False).status == 200

    def test_no_answer_lets_other_sites_read_it(self, site):
        for reply in (
            send(site.local, "GET", "/api/status", headers={"Origin": "https://evil.example"}, tls=False),
            send(site.lan, "OPTIONS", "/api/status", headers={"Origin": "https://evil.example"}, cookie=site.control),
        ):
            assert not [name for name in reply.headers if name.lower().startswith("access-control")]
            assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"


class TestThoseWhoAreKnown:
    @pytest.mark.parametrize(("role", "proof"), [(Role.VIEW, "view"), (Role.CONTROL, "control"), (Role.PEER, "peer")])
    def test_are_refused_where_their_role_is_not_listed(self, site, role, proof):
        given = {"token": site.peer} if role is Role.PEER else {"cookie": getattr(site, proof)}
        refused = 0
        for route in site.routes:
            if role not in route.allow:
                reply = send(site.lan, route.method, filled(route), None if route.method == "GET" else {}, **given)
                assert reply.status == 403, (route.method, route.path, reply.status)
                refused += 1
        assert refused > 5

    def test_a_browser_that_may_only_look_can_change_nothing_but_its_own_session(self, site):
        mutating = {route.path for route in site.routes if route.method != "GET" and Role.VIEW in route.allow}

        assert mutating - {path for _, path in OPEN_TO_ALL} == {"/api/sign_out"}

    def test_only_programs_on_the_machine_itself_decide_who_gets_in_and_what_is_run(self, site):
        local_only = {route.path for route in site.routes if route.allow == {Role.LOCAL}}

        assert local_only >= {
            "/api/farm/admit", "/api/farm/ignore", "/api/farm/revoke", "/api/farm/door", "/api/farm/join",
            "/api/farm/leave", "/api/farm/token", "/api/farm/code", "/api/farm/browsers",
            "/api/farm/browsers/<browser_id>/revoke", "/api/engines/install_archive", "/api/_debug/clear_history",
        }  # fmt: skip

    def test_peers_change_only_what_machines_do_for_each_other(self, site):
        changing = {(route.method, route.path) for route in site.routes if Role.PEER in route.allow} - OPEN_TO_ALL
        changing = {path for method, path in changing if method != "GET"}

        assert not changing & {"/api/settings", "/api/farm/admit", "/api/probe", "/api/engines/delete", "/api/sign_out"}
        assert {"/api/add_job", "/api/peer/beat", "/api/peer/members"} <= changing

    def test_a_peer_acts_on_jobs_by_the_routes_of_shared_work_only(self, site):
        """Each of them asks whether it takes part in that job (outside.md 4)."""
        routes = [route for route in site.routes if Role.PEER in route.allow and route.method != "GET"]
        on_jobs = {route.path.rpartition("<job_id>")[2] for route in routes if "<job_id>" in route.path}

        assert on_jobs == {"/lease", "/units/<unit>", "/subjob_update", "/end_child"}

    def test_a_peer_asks_for_downloads_of_this_machine_only_so_that_no_order_is_passed_on_twice(self, site):
        single = "/api/engines/downloads/00000000-0000-0000-0000-000000000000"
        third = {"engine": "blender", "version": "4.5", "node": "0" * 52}
        naming = [("GET", "/api/engines/downloads"), ("GET", single)]
        naming += [("POST", f"{single}/{action}") for action in ("pause", "resume", "cancel")]

        replies = [send(site.lan, "POST", "/api/engines/download", third, token=site.peer)]
        for method, path in naming:
            for node in ("this", "0" * 52):
                body = None if method == "GET" else {}
                replies.append(send(site.lan, method, f"{path}?node={node}", body, token=site.peer))

        assert {reply.status for reply in replies} == {403}
        assert all("its own downloads only" in reply.text for reply in replies)

    def test_a_peer_pauses_no_third_machine(self, site):
        others = [
            send(site.lan, "POST", f"/api/nodes/{'0' * 52}/{verb}", {}, token=site.peer) for verb in ("pause", "resume")
        ]
        assert [(reply.status, "this one only" in reply.text) for reply in others] == [(403, True)] * 2

    def test_a_spelling_that_the_router_would_mend_is_not_mended_into_a_forbidden_route(self, site):
        for path in ("/api/farm/do%ffor", "/api/farm/door%ff", "/api//farm/door", "/%ffapi/farm/door"):
            assert send(site.lan, "POST", path, {"mode": "always"}, cookie=site.view).status in (400, 404, 405)
        assert site.anna.view.door.mode == "ask"

    def test_a_signed_in_browser_gets_the_window_and_its_role(self, site):
        assert send(site.lan, "GET", "/", cookie=site.view).status == 200
        assert send(site.lan, "GET", "/api/farm", cookie=site.view).json["you"]["role"] == "view"
        assert send(site.lan, "GET", "/api/farm", cookie=site.control).json["you"]["role"] == "control"

    def test_a_browser_signs_out_and_is_a_stranger_again(self, site):
        cookie = cookie_of(site.anna, "view")
        out = send(site.lan, "POST", "/api/sign_out", {}, cookie=cookie)

        assert out.status == 200
        assert "Max-Age=0" in out.headers["Set-Cookie"]
        assert send(site.lan, "GET", "/api/farm", cookie=cookie).status == 401

    def test_a_browser_that_is_revoked_at_the_machine_is_out_at_once(self, site):
        cookie = cookie_of(site.anna, "control")
        newest = send(site.local, "GET", "/api/farm/browsers", tls=False).json[0]
        send(site.local, "POST", f"/api/farm/browsers/{newest['id']}/revoke", {}, tls=False)

        assert send(site.lan, "GET", "/api/farm", cookie=cookie).status == 401

    def test_a_peers_token_and_a_cookie_mean_nothing_on_the_loopback_listener(self, site):
        you = send(site.local, "GET", "/api/farm", cookie=site.view, token=site.peer, tls=False).json["you"]

        assert you["role"] == "local"

    def test_the_machines_own_programs_are_no_peers(self, site):
        assert send(site.local, "POST", "/api/peer/members", {"statements": []}, tls=False).status == 403


def test_every_route_says_whom_it_answers(site):
    for route in site.routes:
        assert route.allow, route.path
        assert route.method == "GET" or Role.VIEW not in route.allow or route.path in (
            "/api/sign_out", *(path for _, path in OPEN_TO_ALL)
        )  # fmt: skip

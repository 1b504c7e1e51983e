"""The page as tests use it."""

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect
from urllib3 import PoolManager

WAIT_MS = 120_000
"""The one limit of these tests: it only ends what would fail anyway. A busy machine paints late."""
EXPECTED = ("/api/farm", "status of 400", "status of 404 (Not Found)", "ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE")
"""Complaints of the console that tests bring about: answers that are refusals, and a node that was stopped."""

expect.set_options(timeout=WAIT_MS)

SLOW_TOASTS = f"""(later => {{
    window.setTimeout = (act, ms, ...given) => later(act, ms === 8000 || ms === 2500 ? {WAIT_MS} : ms, ...given);
}})(window.setTimeout)"""
"""What a person may still undo stays for as long as a test waits: whether 8 s are enough depends on the machine."""

FORGETTING = "if (!sessionStorage.length) localStorage.clear(); sessionStorage.setItem('here', '')"
"""A first page begins without what windows before it have stored; that which it loads again keeps what it has."""


class Window:
    """One page and what went wrong in it."""

    def __init__(self, context: BrowserContext, address: str, prefs: dict[str, object] | None) -> None:
        self.address = address
        self.problems: list[str] = []
        self._forgiven = list(EXPECTED)
        self._stubs = [SLOW_TOASTS]
        if prefs:
            kept = json.dumps(json.dumps(prefs))
            self._stubs.append(
                f"if (!localStorage.getItem('zordon.window')) localStorage.setItem('zordon.window', {kept})"
            )
        self.http = PoolManager(retries=False)
        context.set_default_timeout(WAIT_MS)
        self.context = context
        self.page = self.new_page(FORGETTING)

    def stub(self, script: str) -> None:
        """Run ``script`` before those of the page, in each page that is opened or loaded from now on."""
        self._stubs.append(script)
        self.page.add_init_script(script)

    def new_page(self, first: str = "") -> Page:
        """A further page of the same browser."""
        page = self.context.new_page()
        for script in filter(None, [first, *self._stubs]):
            page.add_init_script(script)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("request", self._note_request)
        return page

    def open(self, place: str = "/jobs") -> Page:
        """Go to ``place`` and wait until the page has heard of the node."""
        self.page.goto(f"{self.address}/#{place}")
        expect(self.page.locator(".statusbar")).to_have_attribute("data-link", "live")
        return self.page

    def call(self, module: str, function: str, *given: object) -> Any:
        """What a function of the page's own modules answers; ``module`` is relative to ``web/js``."""
        own = "new URL(module, document.querySelector('script[type=module]').src)"
        script = f"async ([module, name, given]) => (await import({own}))[name](...given)"
        return self.page.evaluate(script, [module, function, given])

    # The job list

    @property
    def grid(self) -> Locator:
        return self.page.get_by_role("grid")

    def row(self, name: str) -> Locator:
        return self.page.locator(".row.job", has_text=name)

    def find(self, name: str) -> Locator:
        """The row of a job, wherever it is: through the filter."""
        self.page.locator("#filter").fill(name)
        expect(self.row(name)).to_be_visible()
        return self.row(name)

    def names(self) -> list[str]:
        """Names of the rows that are drawn, from the top."""
        read = """rows => rows.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
            .map(row => row.querySelector('.title').textContent)"""
        return list(self.page.locator(".row.job").evaluate_all(read))

    def toast(self, text: str) -> Locator:
        return self.page.locator(".toast", has_text=text)

    # The node, as another client sees it

    def get(self, path: str) -> Any:
        answer = self.http.request("GET", f"{self.address}/api/{path}")
        assert answer.status == 200, answer.data
        return json.loads(answer.data)

    def post(self, path: str, fields: dict[str, object] | None = None) -> Any:
        answer = self.http.request("POST", f"{self.address}/api/{path}", json=fields or {})
        assert answer.status == 200, answer.data
        return json.loads(answer.data)

    def job(self, name: str) -> dict[str, Any]:
        return next(job for job in self.get("jobs")["jobs"] if job["name"] == name)

    def units(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"jobs/{self.job(name)['id']}/units")
        return found

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until the node is as expected."""
        ends = time.monotonic() + WAIT_MS / 1000
        while not holds():
            assert time.monotonic() < ends, "it did not become so"
            self.page.wait_for_timeout(50)

    def forgive(self, part: str) -> None:
        """Complaints with ``part`` in them are what the test brings about, those that are still to come too."""
        self._forgiven.append(part)
        self.problems[:] = [problem for problem in self.problems if part not in problem]

    def _note_console(self, message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        if message.type in {"error", "warning"} and not any(part in message.text + where for part in self._forgiven):
            self.problems.append(f"{message.type}: {message.text} {where}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.problems.append(f"asked {request.url}")

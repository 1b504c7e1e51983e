"""Who belongs together: members, joining, the door, and the browsers of other people."""

from zordon_app.client.calls import Calls, Json, as_object, given, path_part


class FarmCalls(Calls):
    """The routes of the farm; all but reading are for programs on the server's own machine."""

    def get_farm(self) -> Json:
        """Members, machines that ask to join, the door, and what discovery found."""
        return self._object("GET", "/api/farm")

    def join_farm(self, *, address: str | None = None, token: str | None = None) -> Json:
        """Ask to join another farm: that of a machine, or the one that made a join token."""
        return self._object("POST", "/api/farm/join", json=given(address=address, token=token))

    def cancel_join(self) -> Json:
        """Give up joining."""
        return self._object("POST", "/api/farm/join/cancel")

    def leave_farm(self) -> Json:
        """Be alone again."""
        return self._object("POST", "/api/farm/leave")

    def admit_machine(self, device_id: str) -> Json:
        """Let a machine in that asks to join."""
        return self._object("POST", "/api/farm/admit", json={"id": device_id})

    def ignore_machine(self, device_id: str) -> Json:
        """Do not let it in."""
        return self._object("POST", "/api/farm/ignore", json={"id": device_id})

    def revoke_machine(self, device_id: str) -> Json:
        """Take a machine out of the farm, for good."""
        return self._object("POST", "/api/farm/revoke", json={"id": device_id})

    def set_door(self, mode: str) -> Json:
        """``ask``, ``open`` (for 10 minutes) or ``always``."""
        return self._object("POST", "/api/farm/door", json={"mode": mode})

    def make_join_token(self) -> Json:
        """A token with which one machine may join without a click."""
        return self._object("POST", "/api/farm/token")

    def make_sign_in_code(self, role: str = "view") -> Json:
        """A code with which one browser may sign in; ``role``: view or control."""
        return self._object("POST", "/api/farm/code", json={"role": role})

    def get_browsers(self) -> list[Json]:
        """The browsers that are signed in."""
        return self._list("GET", "/api/farm/browsers")

    def revoke_browser(self, browser_id: str) -> list[Json]:
        """Sign a browser out; those that are left."""
        return self._list("POST", f"/api/farm/browsers/{path_part(browser_id)}/revoke")

    def sign_in(self, code: str) -> tuple[str, str]:
        """The role that a sign-in code gives, and the cookie to make the next ``RenderServerProxy`` with."""
        answer = self.request("POST", "/api/sign_in", json={"code": code})
        return str(as_object(answer).get("role", "")), answer.headers.get("Set-Cookie", "").partition(";")[0]

    def sign_out(self) -> None:
        """End the session of the cookie."""
        self.request("POST", "/api/sign_out")

"""What people do with the farm: look, join, admit, remove, open the door, let a browser in."""

from collections.abc import Callable

import msgspec

from zordon_app.client.errors import Refused, ServerError
from zordon_app.domain.browsers import BrowserView, CodeGiven
from zordon_app.domain.callers import Caller
from zordon_app.domain.peering import AdmitAsk, FarmView, JoinView, MemberView, TokenGiven, You
from zordon_app.errors import BadRequest, NotFound
from zordon_app.peers.browsers.browsers import Browsers
from zordon_app.peers.browsers.codes import GrantedRole, SignInCodes
from zordon_app.peers.discovery.nearby import NearbyMachines
from zordon_app.peers.discovery.network import Network, join_address
from zordon_app.peers.identity.keys import Identity
from zordon_app.peers.joining.admission import AdmissionDesk
from zordon_app.peers.joining.door import Door, Mode
from zordon_app.peers.joining.newcomer import Joining, Target
from zordon_app.peers.joining.tokens import JoinTokens
from zordon_app.peers.links.directory import Directory
from zordon_app.peers.links.peer import Peer
from zordon_app.peers.membership.changes import Membership
from zordon_app.peers.membership.members import Members, clean_name
from zordon_app.peers.notices import Notices


class FarmDesk:
    """The farm as the window, the command line and signed-in browsers see and change it."""

    def __init__(
        self,
        *,
        identity: Identity,
        members: Members,
        membership: Membership,
        directory: Directory,
        admission: AdmissionDesk,
        joining: Joining,
        door: Door,
        tokens: JoinTokens,
        codes: SignInCodes,
        browsers: Browsers,
        nearby: NearbyMachines,
        notices: Notices,
        network: Network,
        port: Callable[[], int],
        lan: bool,
        looking: Callable[[], bool],
        on_change: Callable[[], None],
    ) -> None:
        """``port`` is that of the LAN listener; without ``lan`` no other machine can reach this one."""
        self._identity = identity
        self._members = members
        self._membership = membership
        self._directory = directory
        self._admission = admission
        self._joining = joining
        self._door = door
        self._tokens = tokens
        self._codes = codes
        self._browsers = browsers
        self._nearby = nearby
        self._notices = notices
        self._network = network
        self._port = port
        self._lan = lan
        self._looking = looking
        self._on_change = on_change

    def view(self, caller: Caller) -> FarmView:
        """Everything at once."""
        return FarmView(
            id=self._identity.id,
            farm=self._members.farm,
            name=self._members.own_name,
            fingerprint=self._identity.fingerprint,
            lan=self._lan,
            looking=self._looking(),
            code_seconds=self._codes.seconds_left,
            urls=self._network.urls(self._port()) if self._lan else [],
            members=self._member_views(),
            door=self._door.view(),
            pending=self.pending(),
            joining=self._joining.view(),
            hints=self._nearby.views(without={str(device) for device in self._members.present}),
            notices=self._notices.all(),
            you=You(role=caller.role, node=caller.node),
        )

    def pending(self) -> list[JoinView]:
        """Machines that ask to join, here or at another member."""
        own = self._admission.pending()
        seen = {view.id for view in own}
        for peer in self._directory.all():
            for view in peer.pending:
                if view.id not in seen:
                    seen.add(view.id)
                    own.append(msgspec.structs.replace(view, name=clean_name(view.name), at=peer.id))
        return own

    def join(self, address: str) -> None:
        """Ask the machine at ``address`` to let this one in. Raises BadRequest."""
        self._need_lan()
        self._joining.begin(Target(addresses=(address,)))

    def join_with_token(self, token: str) -> None:
        """The same, without a click there. Raises BadRequest."""
        self._need_lan()
        self._joining.begin_with_token(token)

    def cancel_join(self) -> None:
        """Give up joining."""
        self._joining.cancel()

    def leave(self) -> None:
        """Leave the farm; this machine is then alone. Raises BadRequest when it is already."""
        if not self._members.others:
            raise BadRequest("This machine is alone; there is no farm to leave.", code="alone")
        self._membership.leave()

    def admit(self, device: str) -> None:
        """Let a machine in. Raises NotFound."""
        self._decide(device, self._admission.admit, "admit")

    def ignore(self, device: str) -> None:
        """Do not. Raises NotFound."""
        self._decide(device, self._admission.ignore, "ignore")
        self._on_change()

    def revoke(self, device: str) -> None:
        """Take a member out. Raises NotFound, BadRequest."""
        self._membership.revoke(device)

    def set_door(self, mode: Mode) -> None:
        """Who gets in without a click."""
        self._door.set(mode)
        self._on_change()

    def make_token(self) -> TokenGiven:
        """A join token. Raises BadRequest: nobody could reach this machine."""
        self._need_lan()
        addresses = [join_address(text, self._port()) for text in self._network.reachable or self._network.addresses]
        token = self._tokens.make(addresses, self._identity.fingerprint)
        return TokenGiven(token=token.text(), seconds=self._tokens.seconds)

    def make_code(self, role: GrantedRole) -> CodeGiven:
        """A code for one browser. Raises BadRequest."""
        self._need_lan()
        code = self._codes.make(role)
        urls = self._network.urls(self._port())
        return CodeGiven(
            code=code.text, role=role, seconds=self._codes.seconds, urls=urls, fingerprint=self._identity.fingerprint
        )

    def sign_in(self, code: str, address: str, agent: str) -> tuple[GrantedRole, str]:
        """What a browser may do from now on, and the secret for its cookie. Raises Forbidden."""
        role = self._codes.use(code, address)
        return role, self._browsers.sign_in(role, address, agent)

    def browsers(self) -> list[BrowserView]:
        """The browsers that are signed in."""
        return self._browsers.views()

    def revoke_browser(self, session: str) -> None:
        """Sign a browser out. Raises NotFound."""
        self._browsers.revoke(session)

    def _decide(self, device: str, here: Callable[[str], None], verb: str) -> None:
        """At this machine when it was asked, else at the member that was."""
        try:
            here(device)
        except NotFound:
            peer = self._asked_peer(device)
            if peer is None:
                raise
            try:
                peer.link.request("POST", f"/api/peer/{verb}", json=AdmitAsk(id=device))
            except Refused as error:
                raise NotFound(str(error)) from error
            except ServerError as error:
                raise BadRequest(
                    "{name} cannot be reached: {why}", code="peer_gone", name=peer.name, why=error
                ) from error

    def _asked_peer(self, device: str) -> Peer | None:
        asked = (peer for peer in self._directory.all() if any(view.id == device for view in peer.pending))
        return next(asked, None)

    def _member_views(self) -> list[MemberView]:
        this = MemberView(
            id=self._identity.id,
            name=self._members.own_name,
            this=True,
            online=True,
            fingerprint=self._identity.fingerprint,
            admitted_by=self._members.admitted_by,
        )
        return [this, *(peer.member_view(peer.said.by) for peer in self._directory.all())]

    def _need_lan(self) -> None:
        if not self._lan:
            raise BadRequest(
                "This Zordon does not listen to other machines. Switch that on under Settings, Network.", code="lan_off"
            )

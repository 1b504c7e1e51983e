import ssl
import threading

import pytest
import trustme

from tests.fakes.website import website
from zordon_app.errors import ZordonError
from zordon_app.hooks.webhook import NotDelivered, Webhook


@pytest.fixture
def site():
    with website() as server:
        yield server


@pytest.fixture
def webhook(site):
    """Every name leads to the site, and no address is this machine's own."""
    return Webhook(list, threading.Event(), resolve=lambda _host, _port: [site.server_address[0]], scale=0.001)


def test_news_arrives_as_json_under_the_name_of_the_host(site, webhook, news):
    webhook.tell(f"http://chat.studio:{site.server_port}/hooks/a?b=c", news)

    [(path, headers, body)] = site.seen
    assert path == "/hooks/a?b=c"
    assert headers["Host"] == f"chat.studio:{site.server_port}"
    assert headers["Content-Type"] == "application/json"
    assert body["event"] == "failed"
    assert body["text"] == "Übersicht failed on atlas. There is no camera."
    assert (body["done"], body["failed"], body["total"]) == (3, 1, 4)


def test_a_site_in_trouble_is_tried_again(site, webhook, news):
    site.statuses = [503, 429]

    webhook.tell(f"http://chat.studio:{site.server_port}/", news)

    assert len(site.seen) == 3


def test_a_refusal_is_final_and_names_the_host(site, webhook, news):
    site.statuses = [404]

    with pytest.raises(NotDelivered, match=r"chat\.studio answered with status 404"):
        webhook.tell(f"http://chat.studio:{site.server_port}/", news)
    assert len(site.seen) == 1


def test_a_redirect_is_not_followed(site, webhook, news):
    site.statuses = [307]

    with pytest.raises(NotDelivered, match="status 307"):
        webhook.tell(f"http://chat.studio:{site.server_port}/", news)
    assert [path for path, _, _ in site.seen] == ["/"]


def test_nobody_there_is_told_after_a_few_tries(site, webhook, news):
    port = site.server_port
    site.server_close()

    with pytest.raises(NotDelivered, match=r"chat\.studio cannot be reached"):
        webhook.tell(f"http://chat.studio:{port}/", news)


def test_a_certificate_for_another_name_is_refused(site, webhook, news):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("other.studio").configure_cert(context)
    site.socket = context.wrap_socket(site.socket, server_side=True)

    with pytest.raises(NotDelivered, match="SSLError"):
        webhook.post(f"https://chat.studio:{site.server_port}/", news)
    assert site.seen == []


def test_what_no_resolver_takes_for_a_host_is_told_in_a_sentence(news):
    with pytest.raises(ZordonError):
        Webhook(list, threading.Event()).post("http://[v1.x]/", news)

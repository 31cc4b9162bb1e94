"""The guarded way out: inner machines are refused at the moment of connecting, whatever name leads
there, and nothing that comes back is trusted."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
import requests
from pytest_django.fixtures import Settings

from g60portal.common import outgoing
from g60portal.common.outgoing import GuardedRequests, OutgoingRefused, is_public, request

INNER = [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "255.255.255.255",
    "240.0.0.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "not an address",
]  # fmt: skip
# Other spellings of this machine, as a resolver understands them.
SPELLINGS = ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:7f00:1]", "localhost"]


class Server(BaseHTTPRequestHandler):
    """Answers by path; remembers what it was asked."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        type(self).asked.append(self.path)
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/inner")
            self.end_headers()
            return
        body = b"x" * (outgoing.LARGEST_ANSWER + 1) if self.path == "/long" else b'{"ok": 1}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *words: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    """A web server on this machine that the operator has named."""
    settings.DEBUG = True
    settings.OUTGOING_INNER_HOSTS = ["named.example"]
    Server.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Makes a resolver that answers with the given addresses, one after the other; answers the
    list of names that it was asked for."""

    def answering(*addresses: str) -> list[str]:
        asked: list[str] = []
        real = socket.getaddrinfo

        def look_up(host: str, port: int, *rest: object, **more: object) -> list[object]:
            if host.replace(".", "").isdigit():
                return real(host, port, *rest, **more)
            asked.append(host)
            address = addresses[min(len(asked), len(addresses)) - 1]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return asked

    return answering


@pytest.mark.parametrize("address", INNER)
def test_address_when_inner_then_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1"])
def test_address_when_out_there_then_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", SPELLINGS)
def test_call_when_the_host_is_this_machine_in_any_spelling_then_never_asked(
    port: int, host: str
) -> None:
    with pytest.raises(requests.RequestException):
        request("POST", f"http://{host}:{port}/")
    assert Server.asked == []


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "unix:///tmp/s",
     "//a.example", "https://user:secret@a.example/", "https://:80/", "https://a.example:x/", ""],
)  # fmt: skip
def test_url_when_not_plain_https_then_refused(url: str) -> None:
    with pytest.raises(OutgoingRefused):
        request("GET", url)


def test_url_when_http_and_no_debugging_then_refused(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(OutgoingRefused):
        request("GET", "http://a.example/")


def test_call_when_the_operator_named_the_host_then_answered(port: int, names) -> None:
    names("127.0.0.1")
    assert request("POST", f"http://named.example:{port}/", json={"a": 1}).json() == {"ok": 1}


def test_call_when_the_name_leads_inside_then_never_asked(port: int, names) -> None:
    names("127.0.0.1")
    with pytest.raises(OutgoingRefused):
        request("POST", f"http://a.example:{port}/")
    assert Server.asked == []


def test_call_when_the_name_answers_differently_the_second_time_then_only_the_judged_address_counts(
    port: int, names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First a public address, then this machine: the connection goes to the first."""
    asked = names("203.0.114.7", "127.0.0.1")
    tried: list[object] = []

    def connect(address: object, *rest: object, **more: object) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(requests.ConnectionError):
        request("POST", f"http://a.example:{port}/")
    assert asked == ["a.example"]
    assert tried == [("203.0.114.7", port)]


def test_call_when_redirected_then_not_followed(port: int, names) -> None:
    names("127.0.0.1")
    answer = request("POST", f"http://named.example:{port}/redirect", allow_redirects=True)
    assert answer.status_code == 302
    assert Server.asked == ["/redirect"]


def test_call_when_the_answer_is_too_long_then_refused(port: int, names) -> None:
    names("127.0.0.1")
    with pytest.raises(OutgoingRefused):
        request("GET", f"http://named.example:{port}/long")


def test_call_when_the_environment_names_a_proxy_then_not_used(
    port: int, names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    names("127.0.0.1")
    assert request("GET", f"http://named.example:{port}/").ok


def test_stand_in_when_another_package_uses_it_then_only_guarded_ways_are_open(port: int) -> None:
    stand_in = GuardedRequests()
    with pytest.raises(OutgoingRefused):
        stand_in.post(f"http://127.0.0.1:{port}/", verify=False)
    with pytest.raises(OutgoingRefused):
        stand_in.Session()
    assert stand_in.RequestException is requests.RequestException
    assert stand_in.codes.ok == 200

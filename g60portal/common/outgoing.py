"""The one way out: HTTP calls to addresses that people typed in, kept away from inner machines.

Every connection is made to an address that was looked up and judged right before, so a name that
answers differently the second time (DNS rebinding) gains nothing. Redirects are not followed,
proxies and `.netrc` of the environment not read, answers read up to a size and a time.
"""

import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import connection as urllib3_connection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
WHOLE_SECONDS = 20.0
LARGEST_ANSWER = 256 * 1024
_CHUNK = 16 * 1024
# Public by its number, but answered by the host of a virtual machine (Azure).
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
# These carry an IPv4 address inside, or lead into a tunnel: nobody's public server has one.
_CARRIERS = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class OutgoingRefused(requests.RequestException):
    """The call was not made, or its answer not read; the text says why without the address."""


def is_public(text: str) -> bool:
    """Whether an IP address belongs to a machine out there. Whatever is no address does not."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if address in _METADATA or any(
        address in network for network in _CARRIERS if network.version == address.version
    ):
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not getattr(address, "is_site_local", False)
    )


def check_url(url: str) -> None:
    """OutgoingRefused for what could not be called: another scheme than https, a name and password
    inside, no host. The host is judged when it is called."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise OutgoingRefused("The address cannot be read.") from None
    if parts.scheme not in _schemes():
        raise OutgoingRefused("Only https:// addresses are called.")
    if not host or parts.username is not None or parts.password is not None:
        raise OutgoingRefused("The address must have a host, and no name and password.")


def request(method: str, url: str, **facts: Any) -> requests.Response:
    """As `requests.request`, within the limits above; raises `requests.RequestException`."""
    check_url(url)
    with _Session() as caller:
        answer = _begun(caller, method, url, _kept(facts))
        try:
            _read(answer)
        finally:
            answer.close()
    answers = _answers.get()
    if answers is not None:
        answers.append(answer)
    return answer


@contextmanager
def recorded() -> Iterator[list[requests.Response]]:
    """The answers to all calls made inside, by this thread."""
    answers: list[requests.Response] = []
    token = _answers.set(answers)
    try:
        yield answers
    finally:
        _answers.reset(token)


class GuardedRequests:
    """In the place of the module `requests` inside a package that calls out by itself: the verbs
    take the guarded way, whatever it asks for; exceptions and codes are those of `requests`."""

    def __getattr__(self, name: str) -> Any:
        if name in _OPEN_DOORS:
            raise OutgoingRefused("This way out is not guarded.")
        return getattr(requests, name)

    def request(self, method: str, url: str, **facts: Any) -> requests.Response:
        return request(method, url, **facts)

    def get(self, url: str, **facts: Any) -> requests.Response:
        return request("GET", url, **facts)

    def post(self, url: str, data: Any = None, json: Any = None, **facts: Any) -> requests.Response:
        return request("POST", url, data=data, json=json, **facts)

    def put(self, url: str, data: Any = None, **facts: Any) -> requests.Response:
        return request("PUT", url, data=data, **facts)


# What would lead out past the guard.
_OPEN_DOORS = frozenset(
    {"Session", "session", "sessions", "adapters", "api", "delete", "head", "options", "patch"}
)
# What a caller may say; how is ours to decide.
_OWN_FACTS = frozenset({"verify", "stream", "allow_redirects", "timeout", "proxies", "cert"})
_answers: ContextVar[list[requests.Response] | None] = ContextVar("answers", default=None)


def _begun(
    caller: requests.Session, method: str, url: str, facts: dict[str, Any]
) -> requests.Response:
    """The head of the answer. A refusal of ours comes out of `requests` as line trouble."""
    try:
        return caller.request(
            method,
            url,
            **facts,
            verify=True,
            stream=True,
            allow_redirects=False,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )
    except requests.ConnectionError as error:
        refusals = [one for one in (error, *error.args) for one in getattr(one, "args", ())]
        for one in refusals:
            if isinstance(one, OutgoingRefused):
                raise one from error
        raise


def _kept(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in _OWN_FACTS}


def _schemes() -> tuple[str, ...]:
    return ("https", "http") if settings.DEBUG else ("https",)


def _read(answer: requests.Response) -> None:
    """The body into the answer, unless it is too long or comes too slowly."""
    end = time.monotonic() + WHOLE_SECONDS
    parts, size = [], 0
    for part in answer.iter_content(_CHUNK):
        size += len(part)
        if size > LARGEST_ANSWER:
            raise OutgoingRefused("The answer is too long.")
        if time.monotonic() > end:
            raise OutgoingRefused("The answer takes too long.")
        parts.append(part)
    answer._content = b"".join(parts)  # noqa: SLF001 -- how `requests` keeps what was read


def _judged(host: str, port: int) -> list[str]:
    """The addresses of a host, all of them public or of a host that the operator named."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(place[0]) for _family, _type, _protocol, _name, place in found]
    if host not in settings.OUTGOING_INNER_HOSTS and not all(map(is_public, addresses)):
        raise OutgoingRefused("The address leads to an inner machine.")
    return addresses


class _Judging:
    """Connects to an address that was judged, never to a name."""

    def _new_conn(self) -> socket.socket:
        host, port, timeout = self._dns_host, self.port, self.timeout  # type: ignore[attr-defined]
        problem: OSError = OSError("no address")
        try:
            addresses = _judged(host, port)
        except socket.gaierror as error:
            raise NewConnectionError(self, f"no such host: {error}") from error  # type: ignore[arg-type]
        for address in addresses:
            try:
                return socket.create_connection((address, port), timeout)
            except OSError as error:
                problem = error
        raise NewConnectionError(self, str(problem)) from problem  # type: ignore[arg-type]


class _HTTP(_Judging, urllib3_connection.HTTPConnection):
    pass


class _HTTPS(_Judging, urllib3_connection.HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class _Session(requests.Session):
    """Only guarded connections, nothing from the environment."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.adapters.clear()
        for scheme in _schemes():
            self.mount(f"{scheme}://", _Adapter(max_retries=0))

"""`run`: the whole portal on one machine, from servers to the printed address.

What Django has to do first (migrate, translations, static files, demo) is one command of
Django's own, `manage.py prepare`; here it is only called.
"""

import errno
import json
import os
import socket
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass

from g60portal.embedded import servers
from g60portal.embedded.layout import ROOT, Layout
from g60portal.embedded.supervisor import Program, Supervisor

BUSY_EXIT_CODE = 2
LARGEST_PORT = 65535
# Bulk mail has a worker of its own: a slow mail server must not hold up anything else.
QUEUES = "urgent,channels,documents,default"
MAIL_QUEUES = "notices"


@dataclass(frozen=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        name = "localhost" if self.host in ("", "0.0.0.0", "::", "127.0.0.1") else self.host  # noqa: S104
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}/"

    @property
    def local_url(self) -> str:
        """How this machine reaches itself, whatever name resolution says."""
        everywhere = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104
        name = everywhere.get(self.host, self.host)
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}"


def address() -> Address:
    """HOST and PORT of the environment."""
    word = os.environ.get("PORT") or "8000"
    if not word.isdigit() or not 0 < int(word) <= LARGEST_PORT:
        raise SystemExit(f"PORT={word} is no port. Give a number from 1 to {LARGEST_PORT}.")
    return Address(os.environ.get("HOST") or "127.0.0.1", int(word))


def run(supervisor: Supervisor) -> int:
    """Everything up, then watch until asked to stop. Needs the lock of `supervisor.alone`."""
    place = address()
    servers.clear_away(supervisor)
    problem = _why_not(place)
    if problem:
        supervisor.say(problem)
        return BUSY_EXIT_CODE
    choice = servers.wanted()
    servers.start(supervisor, choice)
    environment = servers.environment(supervisor.layout, choice) | _web_environment(place)
    code = supervisor.call([sys.executable, str(ROOT / "manage.py"), "prepare"], environment, ROOT)
    if code:
        return code
    for program in _programs(place, environment):
        supervisor.start(program)
    supervisor.say(_welcome(supervisor.layout, place))
    supervisor.watch()
    return 0


def _web_environment(place: Address) -> dict[str, str]:
    return {
        "HOST": place.host,
        "PORT": str(place.port),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE")
        or "g60portal.settings.dev",
        "PYTHONUNBUFFERED": "1",
    }


def _programs(place: Address, environment: dict[str, str]) -> list[Program]:
    celery = [sys.executable, "-m", "celery", "-A", "g60portal"]
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py")]
    return [
        Program(
            "web",
            [*gunicorn, "g60portal.wsgi:application"],
            environment,
            folder=ROOT,
            is_ready=lambda: _answers(place),
        ),
        _worker("worker", QUEUES, 3, environment),
        _worker("mailer", MAIL_QUEUES, 2, environment),
        Program(
            "beat",
            [*celery, "beat", "--pidfile=", "--loglevel", "INFO"],
            environment,
            folder=ROOT,
        ),
    ]


def _worker(name: str, queues: str, processes: int, environment: dict[str, str]) -> Program:
    return Program(
        name,
        [
            *(sys.executable, "-m", "celery", "-A", "g60portal", "worker"),
            *("--queues", queues, "--concurrency", str(processes), "--hostname", f"{name}@%h"),
            *("--prefetch-multiplier", "1", "--loglevel", "INFO", "--without-mingle"),
        ],
        environment,
        folder=ROOT,
        stop_seconds=30,
    )


def _why_not(place: Address) -> str:
    """The reason why nobody can listen there, or nothing."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except OSError as refusal:
            if refusal.errno == errno.EADDRINUSE:
                return (
                    f"Port {place.port} on {place.host} is in use by another program. "
                    f"Choose another one: make run PORT={place.port + 1}"
                )
            return f"Cannot listen on {place.host} port {place.port}: {refusal.strerror}."
    return ""


def _answers(place: Address) -> bool:
    """Does the web server answer at all? A 503 of a sick dependency is an answer too."""
    request = urllib.request.Request(  # noqa: S310 - http to ourselves
        f"{place.local_url}/healthz", headers={"Host": "localhost"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _welcome(layout: Layout, place: Address) -> str:
    lines = ["", f"G60 Portal is ready:  {place.url}", *_logins(layout)]
    lines += [f"Logs: {layout.logs}", "Ctrl-C stops everything.", ""]
    return "\n".join(lines)


def _logins(layout: Layout) -> list[str]:
    """The demo logins as `manage.py demo` left them: emails, and where the password stands."""
    path = layout.var / "demo-logins.json"
    if not path.exists():
        return []
    logins = json.loads(path.read_text())
    accounts = [f"  {entry['email']:<28} {entry['role']}" for entry in logins["accounts"]]
    return ["", f"Demo logins (password: {_demo_password(layout)})", *accounts, ""]


def _demo_password(layout: Layout) -> str:
    kept = layout.var / "demo-password"
    return os.environ.get("DEMO_PASSWORD") or (kept.read_text().strip() if kept.exists() else "?")

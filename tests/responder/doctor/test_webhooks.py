"""Whether a receiver's host can be reached: name, port, certificate; nothing is ever posted."""

import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
import trustme

from responder.doctor import webhooks
from responder.doctor.model import Probe
from responder.settings import load
from tests.test_function_app import GOOD


@contextmanager
def listening(tls: ssl.SSLContext | None, heard: list[bytes]) -> Generator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                taken, _ = server.accept()
                with taken, tls.wrap_socket(taken, server_side=True) if tls else taken as talk:
                    talk.settimeout(5)
                    heard.append(talk.recv(100))
            except OSError:
                heard.append(b"")

        thread = Thread(target=serve)
        thread.start()
        yield int(server.getsockname()[1])
        thread.join(10)


def look(url: str, **environ: str) -> Probe:
    app = load({**GOOD, "RESPONDER_WEBHOOK_URL": url})
    (probe,) = webhooks.look(app, environ)(Event())
    return probe


def test_a_port_that_answers_is_well_and_hears_nothing() -> None:
    heard: list[bytes] = []
    with listening(None, heard) as port:
        assert look(f"http://127.0.0.1:{port}/in?sig=s3cret").code == "Well"
    assert heard == [b""]


def test_a_certificate_that_nobody_trusts_is_told() -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("localhost").configure_cert(tls)
    with listening(tls, []) as port:
        probe = look(f"https://localhost:{port}/in")
    assert (probe.code, "SSLCertVerificationError" in probe.text) == ("TargetUnreachable", True)


def test_a_certificate_of_a_topic_is_checked_against_the_same_authorities_as_azures(tmp_path: Path) -> None:
    authority, tls = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with listening(tls, []) as port:
        topic = f'[{{"name": "topic", "format": "event-grid", "url": "https://localhost:{port}/api/events"}}]'
        environ = {**GOOD, "RESPONDER_WEBHOOK_URL": "", "RESPONDER_WEBHOOK_SECRET": "", "RESPONDER_TARGETS": topic}
        app = load({**environ, "RESPONDER_ARM_CA_FILE": str(tmp_path / "ca.pem")})
        (probe,) = webhooks.look(app, {})(Event())
    assert probe.code == "Well"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x?sig=s3cret", "https://no-such-host.invalid/x?sig=s3cret"])
def test_what_cannot_be_reached_is_told_without_its_address(url: str) -> None:
    probe = look(url)
    assert probe.code == "TargetUnreachable"
    assert "s3cret" not in str(probe)


def test_behind_a_proxy_nothing_is_tried() -> None:
    assert look("https://no-such-host.invalid/x", HTTPS_PROXY="http://proxy.example:3128").code == "BehindProxy"

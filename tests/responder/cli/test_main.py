"""The command line: usage, what it sends, what it prints, and that the key is never among it."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from handlers.openapi.incident_calls import FILTERS
from responder.cli.api import place_of
from responder.cli.main import main
from responder.cli.options import parser
from responder.cli.screen import Screen, moment, plain

KEY = "a-key-that-nobody-may-see"
INCIDENT = {
    "id": "inc-1",
    "state": "ended",
    "outcome": "needs-human",
    "reason": "CauseRemains",
    "summary": "The lock \x1b[31mremains.",
    "vm": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm-1",
    "openedAt": "2026-11-02T01:00:59Z",
    "failure": {"source": "rerun", "rerunOf": "inc-0", "mode": "review"},
    "playbooks": [{"code": "ScopeLocked", "url": "https://learn.example/locks"}],
    "findings": [{"verdict": "confirmed", "summary": "A lock."}],
    "actions": [{"state": "refused", "summary": "Delete it", "reason": "ChangedMeanwhile"}],
    "retries": [{"state": "Failed", "purpose": "again", "code": "ScopeLocked", "expectedFailure": True}],
    "waits": [{"name": "waiting", "why": "hours", "until": "2026-11-03T01:00:00Z"}],
    "approvals": [
        {"state": "declined", "decidedBy": "ops", "expiresAt": "2026-11-03T01:00:00Z", "changes": ["Delete x"]}
    ],
    "guidance": [
        {"text": "Remove it", "portal": "Locks", "commands": [{"shell": "bash", "at": "cloud", "line": "az"}]}
    ],
}


class App:
    """Answers requests with what was put in, in order, and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[tuple[str, str, Any, str | None]] = []
        app = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                sent = json.loads(body) if body else None
                app.asked.append((self.command, self.path, sent, self.headers.get("x-functions-key")))
                status, answer = app.answers.pop(0)
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class calls it so
                """Says nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def run(self, *arguments: str, answers: list[tuple[int, Any]]) -> int:
        self.answers = answers
        environ = {"RESPONDER_URL": self.url, "RESPONDER_KEY": KEY}
        return main(arguments, environ, pause=lambda _: None)


@pytest.fixture(scope="module")
def running() -> Iterator[App]:
    app = App()
    yield app
    app.close()


@pytest.fixture
def app(running: App, capsys: pytest.CaptureFixture[str]) -> Iterator[App]:
    running.asked.clear()
    yield running
    told = capsys.readouterr()
    assert KEY not in told.out + told.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["rerun"],
        ["rerun", "--vm", "a", "--item", "b"],
        ["rerun", "--job", "a"],
        ["rerun", "--vm", "a", "--mode", "x"],
    ],
)
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments, {"RESPONDER_KEY": KEY})
    assert ended.value.code == 2
    assert KEY not in capsys.readouterr().err


@pytest.mark.parametrize(
    "environ, complaint",
    [
        ({}, "The app's address is missing. Set RESPONDER_URL or --url"),
        ({"RESPONDER_URL": "func.example"}, "must start with https://"),
        ({"RESPONDER_URL": "http://func.example", "RESPONDER_KEY": KEY}, "so that the key is not sent in the clear"),
    ],
)
def test_an_address_that_cannot_be_used_is_2(
    environ: dict[str, str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status"], environ) == 2
    assert complaint in capsys.readouterr().err


def test_every_word_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("rerun", "incidents", "show", "approve", "decline", "pause", "resume", "status", "restore-locks"):
        with pytest.raises(SystemExit) as ended:
            parser({"RESPONDER_KEY": KEY}).parse_args([word, "--help"])
        assert ended.value.code == 0
    assert KEY not in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, sent",
    [
        (["--vm", "/vm"], {"vmId": "/vm"}),
        (["--item", "/item"], {"protectedItemId": "/item"}),
        (["--job", "/vault", "j", "--mode", "review"], {"vaultId": "/vault", "jobId": "j", "mode": "review"}),
        (["--incident", "inc-1", "--playbook", "ScopeLocked"], {"incidentId": "inc-1", "playbook": "ScopeLocked"}),
    ],
)
def test_a_rerun_is_asked_for(app: App, arguments: list[str], sent: object, capsys: pytest.CaptureFixture[str]) -> None:
    opened = {"incidents": [{"id": "inc-2", "statusUrl": "https://x/inc-2"}]}
    assert app.run("rerun", *arguments, answers=[(202, opened)]) == 0
    assert app.asked == [("POST", "/api/rerun", sent, KEY)]
    assert capsys.readouterr().out == "inc-2  https://x/inc-2\n"


def test_every_reason_is_told(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    reasons = [{"field": name, "message": "No.", "remedy": "Use b."} for name in ("vmId", "mode")]
    refused = {"error": {"code": "BadRequest", "message": "all", "reasons": reasons}}
    assert app.run("rerun", "--vm", "x", answers=[(400, refused)]) == 1
    assert capsys.readouterr().err == "BadRequest: all\n  vmId: No. Use b.\n  mode: No. Use b.\n"


def test_one_incident_is_told_whole(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("show", "inc-1", answers=[(200, INCIDENT)]) == 0
    told = capsys.readouterr().out
    for line in (
        "inc-1  ended  needs-human",
        "The lock  [31mremains.",
        "Asked for    again after inc-0, mode review",
        "found    confirmed: A lock.",
        "change   refused: Delete it (ChangedMeanwhile)",
        "backup   Failed: again, no job yet (ScopeLocked, as expected)",
        "waiting  waiting until 2026-11-03 01:00Z: hours",
        "approval declined by ops, until 2026-11-03 01:00Z",
        "1. Remove it",
        "Portal: Locks",
        "bash (cloud): az",
    ):
        assert line in told
    assert "\x1b" not in told


def test_following_tells_each_step_once_and_whether_it_was_resolved(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    diagnosing = {"id": "inc-1", "state": "diagnosing"}
    looks = [(200, diagnosing), (503, b""), (200, diagnosing), (200, {**INCIDENT, "state": "waiting"}), (200, INCIDENT)]
    assert app.run("show", "inc-1", "--follow", answers=list(looks)) == 1
    told = capsys.readouterr().out
    assert told.count("diagnosing") == 1
    assert told.index("diagnosing") < told.index("found    confirmed") < told.index("For a person to do")
    resolved = {**INCIDENT, "outcome": "resolved"}
    assert app.run("--json", "show", "inc-1", "--follow", answers=[(200, diagnosing), (200, resolved)]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "resolved"


def test_following_what_is_not_there_ends(app: App) -> None:
    gone = {"error": {"code": "IncidentNotFound", "message": "no"}}
    assert app.run("show", "inc-1", "--follow", answers=[(404, gone)]) == 1
    assert app.run("show", "inc-1", "--follow", answers=[(503, b"")] * 6) == 1


def test_the_list_is_a_table(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    row = {
        "id": "inc-1",
        "openedAt": "2026-11-02T01:00:59Z",
        "state": "ended",
        "outcome": "resolved",
        "vm": INCIDENT["vm"],
    }
    page = {"incidents": [row], "continuation": "token", "note": None}
    assert app.run("incidents", "--vm", "vm-1", "--top", "1", answers=[(200, page)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].split() == ["INCIDENT", "OPENED", "STATE", "VM", "VAULT", "CODE", "SUMMARY"]
    assert told[1].split() == ["inc-1", "2026-11-02", "01:00Z", "resolved", "vm-1", "-", "-"]
    assert "--all" in told[2]
    assert app.asked[0][1] == "/api/incidents?vm=vm-1&top=1"


def test_the_list_has_every_filter_of_the_api(app: App) -> None:
    wanted = {"state": "ended", "outcome": "failed", "errorCode": "VmNotFound", "vault": "v", "vm": "m", "since": "t"}
    words = {"--code" if name == "errorCode" else f"--{name}": value for name, value in wanted.items()}
    arguments = [part for pair in words.items() for part in pair]
    page: dict[str, Any] = {"incidents": [], "continuation": None, "note": None}
    assert app.run("incidents", *arguments, "--top", "7", answers=[(200, page)]) == 0
    sent = dict(parse_qsl(urlsplit(app.asked[0][1]).query))
    assert sent == {**wanted, "top": "7"}
    assert {*sent, "continuation", "format"} == set(FILTERS)  # whatever the API can filter by


def test_all_pages_are_one_list(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    pages = [{"incidents": [{"id": f"inc-{n}"}], "continuation": token} for n, token in ((1, "a b"), (2, None))]
    assert app.run("--json", "incidents", "--all", answers=[(200, page) for page in pages]) == 0
    told = json.loads(capsys.readouterr().out)
    assert ([row["id"] for row in told["incidents"]], told["continuation"]) == (["inc-1", "inc-2"], None)
    assert app.asked[1][1] == "/api/incidents?continuation=a+b"


def test_an_empty_list_says_so(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    page: dict[str, Any] = {"incidents": [], "continuation": None, "note": "too many"}
    assert app.run("incidents", answers=[(200, page)]) == 0
    assert capsys.readouterr().out == "There is no such incident.\ntoo many\n"


@pytest.mark.parametrize("word", ["approve", "decline"])
def test_a_link_decides_without_the_key(app: App, word: str) -> None:
    link = f"{app.url}/api/incidents/inc-1/decision?token=secret"
    assert app.run(word, link, answers=[(202, {"id": "inc-1", "decision": word})]) == 0
    assert app.asked == [("POST", "/api/incidents/inc-1/decision?token=secret", {"decision": word}, None)]
    app.answers = [(202, {"id": "inc-1", "decision": word})]
    assert main([word, link], {}) == 0  # the link alone says where the app is


def test_a_link_elsewhere_is_not_followed(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("approve", "https://evil.example/api/x?token=secret", answers=[]) == 1
    told = capsys.readouterr().err
    assert "does not lead to" in told
    assert "secret" not in told
    assert app.asked == []


def test_the_switch(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("pause", answers=[(202, {"paused": True})]) == 0
    assert app.run("resume", answers=[(202, {"paused": False})]) == 0
    counted = {"open": 2, "limits": {"concurrentIncidents": 50}, "ended": {"resolved": 7}, "refusals": {"Paused": 1}}
    switch = {"paused": True, "by": "ops", "since": "2026-11-02T01:00:00Z", **counted}
    assert app.run("status", answers=[(200, switch), (200, {"status": "ok"})]) == 0
    assert [sent for _, _, sent, _ in app.asked] == [{"paused": True}, {"paused": False}, None, None]
    told = capsys.readouterr().out
    assert "All changes are stopped by ops since 2026-11-02 01:00Z." in told
    assert "Open incidents: 2 of 50.\nEnded so far: resolved 7.\nHeld up or refused: Paused 1." in told


def test_a_signal_names_the_incidents_that_it_became(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    signal = {"id": "sig-1", "state": "located", "incidents": ["inc-1", "inc-2"]}
    assert app.run("show", "sig-1", "--follow", answers=[(200, signal)]) == 1
    assert "inc-1, inc-2" in capsys.readouterr().out


@pytest.mark.parametrize("state, code", [("put-back", 0), ("exists", 0), ("forbidden", 1)])
def test_locks_are_put_back(app: App, state: str, code: int) -> None:
    locks = {"locks": [{"id": "/lock", "state": state, "reason": None}]}
    assert app.run("restore-locks", "inc-1/../x", answers=[(200, locks)]) == code
    assert app.asked[0][1] == "/api/incidents/inc-1%2F..%2Fx/restore-locks"


@pytest.mark.parametrize(
    "answer, complaint",
    [
        ((401, b""), "The key was not accepted. Set RESPONDER_KEY"),
        ((404, b""), "is not the app, or cannot work now: nothing was found there. Check --url."),
        ((200, b"<html>"), "it answered 200"),
        ((502, b"<html>"), "it answered 502"),
        ((409, {"error": {"code": "Paused", "message": "Stopped."}}), "Paused: Stopped."),
    ],
)
def test_a_refusal_says_what_to_do(
    app: App, answer: tuple[int, Any], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run("status", answers=[answer]) == 1
    assert complaint in capsys.readouterr().err


def test_nobody_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"], {"RESPONDER_URL": "http://127.0.0.1:1", "RESPONDER_KEY": KEY}) == 1
    assert "127.0.0.1:1 cannot be reached (ConnectionRefusedError" in capsys.readouterr().err


def test_colours_and_width_are_for_terminals() -> None:
    out = io.StringIO()
    Screen(out, colour=True, width=20).table(("A", "B"), [("resolved", "x" * 40)])
    assert out.getvalue().splitlines()[1] == f"\x1b[32mresolved\x1b[0m  {'x' * 9}…"
    assert Screen(out).mark("failed") == "failed"


def test_values_are_harmless() -> None:
    assert plain("a\x1b[2J\nb") == "a [2J b"
    assert (plain(None), moment(None), moment("soon")) == ("", "", "soon")
    assert place_of(" https://func.example/app/ ", None).url.path == "/app"

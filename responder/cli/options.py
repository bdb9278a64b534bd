"""The words of the command line, and their help."""

import argparse
from collections.abc import Mapping

URL, KEY = "RESPONDER_URL", "RESPONDER_KEY"

_ABOUT = "Talks to a running Backup Responder: have backups run again, look at incidents, decide, stop all changes."
_AFTER = f"""\
The app's address and key come from --url and --key, or from the environment: {URL} and {KEY}. Prefer the
environment for the key: arguments are visible to others on the same machine.

exit codes: 0 done; 1 the app refused, could not be reached, the followed incident was not resolved, or the doctor found
something that fails; 2 wrong usage
"""
_MODES = ("read-only", "review", "autonomous")


def parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    """The parser, with the environment's address and key as defaults."""
    made = argparse.ArgumentParser(
        "python -m responder.cli",
        description=_ABOUT,
        epilog=_AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--url", default=environ.get(URL), help=f"address of the app, https://... (else {URL})")
    made.add_argument("--key", default=environ.get(KEY), help=f"host key of the app (else {KEY})")
    made.add_argument("--json", action="store_true", help="print what the API answered, for programs")
    words = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _rerun(words)
    _incidents(words)
    _show(words)
    for name, about in (("approve", "let the app make the change"), ("decline", "forbid the app to make the change")):
        word = words.add_parser(name, help=f"{about} that an incident asks for")
        word.add_argument(
            "link", help="the link in the request for a decision; it is valid once, for exactly that plan"
        )
    words.add_parser("pause", help="stop all changes of the app, at once")
    words.add_parser("resume", help="let the app make changes again")
    words.add_parser("status", help="whether the app is up, and whether its changes are stopped")
    _doctor(words)
    word = words.add_parser("restore-locks", help="put the locks back that an ended incident has removed")
    word.add_argument("incident", help="its id, inc-...")
    return made


def _rerun(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    word = words.add_parser("rerun", help="have a failed backup, or an ended incident, taken up again")
    what = word.add_mutually_exclusive_group(required=True)
    what.add_argument("--vm", metavar="ID", help="ARM id of the VM: its newest failed backup")
    what.add_argument("--item", metavar="ID", help="ARM id of the protected item: its newest failed backup")
    what.add_argument("--job", nargs=2, metavar=("VAULT", "JOB"), help="ARM id of the vault and GUID of the failed job")
    what.add_argument("--incident", metavar="ID", help="an ended incident: go on at the step at which it ended")
    word.add_argument("--mode", choices=_MODES, help="be stricter than the settings this time")
    word.add_argument("--playbook", metavar="CODE", help="follow the playbook of this error code")
    _following(word)


def _incidents(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    word = words.add_parser("incidents", help="list incidents, newest first")
    word.add_argument("--state", choices=("open", "ended"))
    word.add_argument("--outcome", help="resolved, needs-human, failed, ...")
    word.add_argument("--code", help="error code of the playbook that was followed last")
    word.add_argument("--vault", help="name or ARM id")
    word.add_argument("--vm", help="name or ARM id")
    word.add_argument("--since", metavar="TIME", help="opened at this time or later, such as 2026-11-02T01:00:00Z")
    word.add_argument("--top", type=int, metavar="N", help="at most so many (100 a page; default 50)")
    word.add_argument("--all", action="store_true", help="all pages, not the first alone")


def _show(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    word = words.add_parser("show", help="one incident: what was found and done, what is left to do")
    word.add_argument("incident", help="its id, inc-...")
    _following(word)


def _doctor(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    word = words.add_parser("doctor", help="look for what would keep the app from its work, and what mends it")
    word.add_argument(
        "--local", action="store_true", help="without the app: look at the settings here, their receivers, the identity"
    )
    word.add_argument(
        "--settings",
        metavar="FILE",
        help="with --local: the settings next to the environment (default local.settings.json, if it is there)",
    )


def _following(word: argparse.ArgumentParser) -> None:
    word.add_argument("--follow", action="store_true", help="tell what happens until the incident has ended")
    word.add_argument("--every", type=float, default=5.0, metavar="SECONDS", help="how often to look (default 5)")

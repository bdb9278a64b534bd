"""Known vulnerabilities of the deployed set, by pip-audit, which asks PyPI's advisory data about each package.

pip-audit ends well also about a package that its service did not find. Here that is told in words: what was not looked
up is not known to be sound. Only a finding is a failure, so that a machine without the internet can run the whole gate.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from build_tools.package import ROOT

_OPTIONS = ("--format", "json", "--progress-spinner", "off", "--disable-pip", "--require-hashes", "--requirement")


class Verdict(NamedTuple):
    """What is known. ``findings``: one sentence each; ``asked``: packages; ``unknown``: how many were not found."""

    findings: list[str]
    asked: int
    unknown: int

    def lines(self) -> list[str]:
        """What a person reads."""
        if self.unknown:
            unsure = f"NOT AUDITED: {self.unknown} of {self.asked} packages could not be looked up; they may be unsound"
            return [*self.findings, unsure]
        return self.findings or [f"vulnerabilities: none is known in {self.asked} packages"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask and tell; 1 if a package has a known vulnerability."""
    parser = argparse.ArgumentParser(prog="python -m build_tools.audit", description=__doc__)
    parser.add_argument("tool", help="the pip-audit that is asked")
    command = [parser.parse_args(arguments).tool, *_OPTIONS, str(ROOT / "requirements.txt")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if not run.stdout.strip():
        last = (run.stderr.strip().splitlines() or ["no reason was given"])[-1]
        print(f"NOT AUDITED: the advisories could not be asked: {last[:300]}")
        return 0
    verdict = judged(json.loads(run.stdout))
    print("\n".join(verdict.lines()))
    return int(bool(verdict.findings))


def judged(told: Mapping[str, Any]) -> Verdict:
    """pip-audit's own report as a verdict."""
    packages: list[Mapping[str, Any]] = told["dependencies"]
    findings = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'none'}"
        for package in packages
        for flaw in package.get("vulns", ())
    ]
    return Verdict(findings, len(packages), sum("skip_reason" in package for package in packages))


if __name__ == "__main__":
    sys.exit(main())

"""Models are read in many threads at once, from the first time on."""

import subprocess
import sys

from tests.sources import ROOT

_EVIDENCE = {"what": "a", "value": 1, "source": "s"}
_FINDING = {"cause": "c", "check": "k", "verdict": "confirmed", "summary": "s", "evidence": [_EVIDENCE]}
_FIRST_USE = f"""
import sys, threading
sys.setswitchinterval(1e-6)
from playbooks.diagnosis import Diagnosis, View
from responder.incident import Finding
from responder.wire import typed

finding = {_FINDING!r} | {{"at": "2026-10-06T01:00:00Z"}}
together = threading.Barrier(6)

def read(value, kind):
    together.wait()
    for _ in range(20):
        typed(value, kind)

whole = {{"findings": [finding] * 3, "job": {{"id": "x", "errors": [{{"code": "a"}}]}}, "guidance": [{{"text": "x"}}]}}
jobs = [(whole, Diagnosis), (whole, View), ([finding], list[Finding])] * 2
threads = [threading.Thread(target=read, args=job) for job in jobs]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_the_first_use_of_a_type_in_many_threads_does_not_end_the_process() -> None:
    """Without the lock around first uses nearly every one of these runs ends with SIGSEGV."""
    runs = [subprocess.run([sys.executable, "-c", _FIRST_USE], cwd=ROOT, check=False) for _ in range(3)]
    assert [run.returncode for run in runs] == [0, 0, 0]

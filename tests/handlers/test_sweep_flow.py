"""A run of the sweep, driven without an engine: what it asks, and when its watermark moves."""

from datetime import datetime, timedelta
from typing import Any, cast

from handlers.durable import DurableOrchestrationContext
from handlers.messages import Answer, Trouble
from handlers.sweep_flow import OVERLAP, Begin, Broken, Missing, Swept, orchestrate
from handlers.sweep_state import Note, Sweep, note
from playbooks.sweep import Look, Way
from responder.wire import Wire, record, typed
from tests.handlers.flows import START, FakeContext, Task

QUARTER = timedelta(minutes=15)
_BEGIN = Begin(first_hours=24)


class Bench:
    """The entity, and activities whose answers the test gives; what was asked of them is noted."""

    def __init__(
        self,
        *pages: Wire | ConnectionError,
        state: Sweep | None = None,
        overdue: Wire | None = None,
        broken: Wire | None = None,
    ) -> None:
        self.broken = broken
        self.pages: list[Wire | ConnectionError] = list(pages)
        self.state = state or Sweep()
        self.overdue = overdue or Answer(value=record(Missing(overdue=0)))
        self.looks: list[Look] = []
        self.asked: list[str] = []
        self.watermarks: list[datetime | None] = []

    def run(self, now: datetime = START, begin: Begin = _BEGIN) -> dict[str, Any]:
        context = FakeContext(now)
        context.input = record(begin)
        flow = orchestrate(cast("DurableOrchestrationContext", context))
        try:
            task = flow.send(None)
            while True:
                try:
                    answer = self._answer(task)
                except ConnectionError as lost:
                    task = flow.throw(lost)
                else:
                    task = flow.send(answer)
        except StopIteration as end:
            return dict(end.value)

    def _answer(self, task: Task) -> Any:
        self.asked.append(task.name)
        if task.kind == "entity":
            self.state, told = note(self.state, typed(task.payload, Note))
            return record(told)
        if task.name == "sweep_broken":
            return record(self.broken)
        if task.name == "sweep_overdue":
            return record(self.overdue)
        self.looks.append(typed(task.payload, Look))
        self.watermarks.append(self.state.watermark)
        page = self.pages.pop(0)
        if isinstance(page, ConnectionError):
            raise page
        return record(page if isinstance(page, Answer) else Answer(value=record(page)))


def last(**more: Any) -> Swept:
    return Swept(way=Way.GRAPH, seen_until=START, **more)


def test_the_first_run_looks_back_for_the_first_hours() -> None:
    bench = Bench(last(failed=2))
    bench.run()
    assert [look.since for look in bench.looks] == [START - timedelta(hours=24)]
    assert (bench.state.watermark, bench.state.failed, bench.state.trouble) == (START, 2, None)


def test_a_later_run_looks_a_while_behind_the_watermark() -> None:
    bench = Bench(last(), state=Sweep(watermark=START - QUARTER))
    bench.run()
    assert [look.since for look in bench.looks] == [START - QUARTER - OVERLAP]


def test_the_watermark_moves_page_by_page_once_each_was_accepted() -> None:
    one, two = START - 2 * QUARTER, START - QUARTER
    bench = Bench(
        Swept(way=Way.GRAPH, token="a", seen_until=one), Swept(way=Way.GRAPH, token="b", seen_until=two), last()
    )
    bench.run()
    assert [look.token for look in bench.looks] == [None, "a", "b"]
    assert bench.watermarks == [None, one, two]
    assert bench.state.watermark == START


def test_a_page_that_was_not_accepted_leaves_the_watermark_where_it_is() -> None:
    before = START - timedelta(hours=3)
    bench = Bench(ConnectionError("the store is down"), state=Sweep(watermark=before))
    bench.run()
    assert (bench.state.watermark, bench.state.overdue_at) == (before, None)
    assert bench.state.trouble == "ConnectionError: the store is down"


def test_azure_that_asks_for_rest_ends_the_run_and_not_the_sweep() -> None:
    first = START - QUARTER
    bench = Bench(Swept(way=Way.GRAPH, token="a", seen_until=first), Answer(again_after=60, why="Throttled: slowly"))
    bench.run()
    assert (bench.state.watermark, bench.state.trouble) == (first, "sweep_failed: Throttled: slowly")
    bench.pages = [last()]
    bench.run(START + QUARTER)
    assert (bench.looks[-1].since, bench.state.trouble) == (first - OVERLAP, None)


def test_a_trouble_is_told_without_its_secrets() -> None:
    bench = Bench(Answer(trouble=Trouble(kind="Rejected", text="https://h.example/?sig=abcdefgh")))
    bench.run()
    assert bench.state.trouble is not None
    assert "abcdefgh" not in bench.state.trouble


def test_vms_without_a_good_backup_are_looked_for_once_an_hour() -> None:
    bench = Bench(*(last() for _ in range(5)))
    for quarter in range(5):
        bench.run(START + quarter * QUARTER)
    assert bench.asked.count("sweep_overdue") == 2
    assert bench.state.overdue_at == START + 4 * QUARTER


def test_the_next_run_knows_when_job_lists_were_read() -> None:
    bench = Bench(
        Swept(way=Way.LISTS, seen_until=START, why="no right", unread=["/vault"]), Swept(way=Way.LISTS, too_early=True)
    )
    bench.run()
    assert (bench.state.listed_at, bench.state.why, bench.state.unread) == (START, "no right", ["/vault"])
    bench.run(START + QUARTER)
    assert bench.looks[-1].listed_at == START
    assert (bench.state.watermark, bench.state.listed_at) == (START, START)


def test_an_endless_list_of_pages_is_cut_and_gone_on_with_later() -> None:
    bench = Bench(*(Swept(way=Way.GRAPH, token="more") for _ in range(200)))
    bench.run()
    assert len(bench.looks) == 100
    assert "the next run goes on" in (bench.state.trouble or "")


BROKEN = Begin(first_hours=24, broken=True)


def test_what_broke_down_is_looked_for_first() -> None:
    bench = Bench(last(), broken=Answer(value=record(Broken(count=3))))
    bench.run(begin=BROKEN)
    activities = [name for name in bench.asked if "." not in name]
    assert activities == ["sweep_broken", "sweep_failed", "sweep_overdue"]
    assert (bench.state.broken, bench.state.trouble) == (3, None)
    bench.pages = [last()]
    bench.run(START + QUARTER)
    assert bench.state.broken == 0


def test_a_store_that_tells_nothing_of_what_broke_down_keeps_no_failed_job_from_being_found() -> None:
    bench = Bench(last(failed=2), broken=Answer(trouble=Trouble(kind="Unexpected", text="it is down")))
    bench.run(begin=BROKEN)
    assert (bench.state.failed, bench.state.watermark) == (2, START)
    assert bench.state.trouble == "sweep_broken: Unexpected: it is down"


def test_a_run_that_an_older_version_began_looks_for_none() -> None:
    bench = Bench(last())
    bench.run(begin=Begin(first_hours=24))
    assert "sweep_broken" not in bench.asked

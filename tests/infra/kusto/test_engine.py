"""The evaluator answers as Microsoft's documentation says, and refuses what is not written down in it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.infra.kusto.engine import Engine, RefusedError, Row
from tests.infra.kusto.queries import fired, reported, windows
from tests.infra.kusto.tables import TABLES
from tests.sources import ROOT

NOW = datetime(2026, 10, 7, 12, tzinfo=UTC)
T = {
    "T": [
        ("Name", "string"),
        ("Whole", "long"),
        ("Real", "real"),
        ("Yes", "bool"),
        ("At", "datetime"),
        ("Later", "datetime"),
        ("Told", "dynamic"),
    ]
}


def ask(engine: Engine, query: str, *rows: Row) -> list[Row]:
    return engine.run(query, {"T": list(rows)}, NOW, T)


def value(engine: Engine, expression: str, **row: Any) -> Any:
    (answer,) = ask(engine, f"T | project V = {expression}", row)
    return answer["V"]


@pytest.mark.parametrize(
    "expression, row, expected",
    [
        # "String operators": their own examples.
        ("Name has 'america'", {"Name": "North America"}, True),
        ("Name has 'amer'", {"Name": "North America"}, False),
        ("Name has 'Explorer'", {"Name": "KustoExplorerQueryRun"}, False),
        ("Name has '88ef'", {"Name": "ad67d136-c1db-4f9f-88ef-d94f3b6b0b5a"}, True),
        ("Name contains 'BRik'", {"Name": "FabriKam"}, True),
        ("Name contains 'brika '", {"Name": "FabriKam"}, False),
        ("Name startswith 'fab'", {"Name": "Fabrikam"}, True),
        ("Name startswith 'kam'", {"Name": "Fabrikam"}, False),
        ("Name == 'abc'", {"Name": "aBc"}, False),
        ("Name in ('abc', 'aBc')", {"Name": "aBc"}, True),
        ("Name in ('abc', 'ABC')", {"Name": "aBc"}, False),
        ("Name == ''", {}, True),  # "Null values": a text is never null
        # "Null values", "Logical operators".
        ("Whole > 3", {}, None),
        ("Whole == 3", {}, False),
        ("Whole != 3", {}, True),
        ("Yes and 1 == 1", {}, False),
        ("Yes or 1 == 1", {}, True),
        ("not(Yes)", {"Yes": False}, True),
        ("Real / 3600", {}, None),
        ("Real / 4", {"Real": 5}, 1.25),
        # "max_of()": its own example.
        ("max_of(Whole, 6)", {"Whole": 1}, 6),
        ("max_of(Whole, 1)", {"Whole": 8}, 8),
        ("max_of(Whole, 2)", {}, 2),
        ("max_of(At, Later)", {"At": "2024-12-15T07:15:22Z", "Later": "2024-12-15T07:15:24Z"}, "2024-12-15T07:15:24Z"),
        ("max_of(At, Later)", {}, None),
        ("coalesce(At, Later)", {"Later": "2024-12-15T07:15:24Z"}, "2024-12-15T07:15:24Z"),
        # "split()": its own examples.
        ("split(Name, '_')", {"Name": "aa_bb"}, ["aa", "bb"]),
        ("split(Name, '_')", {"Name": ""}, [""]),
        ("split(Name, '_')", {"Name": "a__b"}, ["a", "", "b"]),
        ("split(Name, 'bb')", {"Name": "aabbcc"}, ["aa", "cc"]),
        ("tostring(split(Name, ':')[0])", {"Name": "one: two"}, "one"),
        ("tostring(split(Name, ':')[7])", {"Name": "one: two"}, ""),
        # "extract()", "Regex syntax".
        ("extract('User: ([^,]+)', 1, Name)", {"Name": "User: JohnDoe, Email: x"}, "JohnDoe"),
        ("extract('x(y)', 1, Name)", {"Name": "User"}, ""),
        (r"extract(@'\{.*\}', 0, Name)", {"Name": 'inc {"a":{"b":"}"}} and'}, '{"a":{"b":"}"}}'),
        (r"extract(@'\{.*\}', 0, Name)", {"Name": 'inc {"a":\n"b"}'}, ""),
        (r"extract(@'\{.*\}', 0, Name)", {"Name": '{"a":"\u2028"}'}, '{"a":"\u2028"}'),
        # "parse_json()", "Dynamic object accessors", "tostring()".
        ("""parse_json('{"a":[1]}').a""", {}, [1]),
        ("""parse_json('{"a":null}').a""", {}, None),
        ("parse_json('{a').a", {}, None),
        ("parse_json(Name)", {"Name": "no json"}, "no json"),
        ("tostring(Told.a)", {"Told": {"a": "b"}}, "b"),
        ("tostring(Told.b)", {"Told": {"a": "b"}}, ""),
        ("tostring(Told.a.b)", {"Told": {"a": "b"}}, ""),
        ("tostring(Told)", {"Told": {"a": [1, "b"]}}, '{"a":[1,"b"]}'),
        ("todouble(Told.s)", {"Told": {"s": 324.5}}, 324.5),
        ("todouble(Told.s)", {"Told": {}}, None),
        ("todatetime(Told.u)", {"Told": {"u": "2026-10-06T01:15:00.25Z"}}, "2026-10-06T01:15:00.2500000Z"),
        ("todatetime(Told.u)", {"Told": {}}, None),
        ("strcat(Name, ' ', tostring(Told))", {"Name": "a", "Told": {}}, "a {}"),
        # "ago()", "bin()", "startofday()", "startofweek()": weeks begin on Sunday.
        ("ago(90m)", {}, "2026-10-07T10:30:00Z"),
        ("bin(At, 1h)", {"At": "2026-10-07T10:59:59.9999999Z"}, "2026-10-07T10:00:00Z"),
        ("bin(At, 1h)", {}, None),
        ("startofday(At)", {"At": "2026-10-07T23:59:59Z"}, "2026-10-07T00:00:00Z"),
        ("startofweek(At)", {"At": "2026-10-07T10:00:00Z"}, "2026-10-04T00:00:00Z"),
        ("startofweek(At)", {"At": "2026-10-04T00:00:00Z"}, "2026-10-04T00:00:00Z"),
        ("startofweek(At)", {"At": "2026-10-03T23:59:59Z"}, "2026-09-27T00:00:00Z"),
        ("startofweek(At)", {"At": "1966-12-31T10:00:00Z"}, "1966-12-25T00:00:00Z"),
        ("At < ago(1h)", {"At": "2026-10-07T10:59:59.9999999Z"}, True),
        ("At < ago(1h)", {"At": "2026-10-07T11:00:00Z"}, False),
    ],
)
def test_scalars(expression: str, row: Row, expected: object, engine: Engine) -> None:
    assert value(engine, expression, **row) == expected


FRUIT = [
    {"Name": "Apple", "Told": "Red", "Whole": 1},
    {"Name": "Apple", "Told": "Green"},
    {"Name": "Pear", "Told": "Brown", "Whole": 1},
    {"Name": "Pear", "Told": "Green", "Whole": 2},
]
NUMBERS = [{"Whole": number} for number in (50, 15, 40, 20, 35)]


@pytest.mark.parametrize(
    "query, rows, expected",
    [
        ("where Whole > 1", FRUIT, ["Pear"]),
        ("where not(Whole > 1 and Name == 'Pear')", FRUIT[:1], ["Apple"]),
        ("summarize arg_max(Whole, Told) by Name", FRUIT, [("Apple", 1, "Red"), ("Pear", 2, "Green")]),
        (
            "summarize arg_max(Whole, *) by Name | project Name, Told",
            FRUIT,
            [("Apple", "Red"), ("Pear", "Green")],
        ),
        # "summarize operator": of nothing one row without `by`, none with it; defaults are 0 or null.
        (
            "summarize A=count(), B=countif(Yes), C=dcount(Name), D=sum(Whole), E=max(Whole), F=percentile(Whole, 50)",
            [],
            [(0, 0, 0, 0, None, None)],
        ),
        ("summarize A = count() by Name", [], []),
        ("summarize A = count(), B = sum(Whole), C = max(Whole), D = dcount(Name)", FRUIT, [(4, 4, 2, 2)]),
        ("summarize A = countif(Whole >= 1)", FRUIT, [3]),
        (
            "summarize A = count() by Name, Whole",
            FRUIT,
            [("Apple", 1, 1), ("Apple", None, 1), ("Pear", 1, 1), ("Pear", 2, 1)],
        ),
        # "Nearest-rank percentile": a member of the population, and never one between two.
        (
            "summarize A = percentile(Whole, 50), B = percentile(Whole, 90)",
            [{"Whole": n} for n in (15, 20, 35, 40, 50)],
            [(35, 50)],
        ),
        ("summarize A = percentile(Whole, 50), B = percentile(Whole, 95)", [{"Whole": 4}, {"Whole": 9}], [(4, 9)]),
        ("summarize A = percentile(Whole, 30)", NUMBERS, [20]),
        # "sort operator": descending as it comes, null first in ascending and last in descending order.
        ("order by Whole | project Whole", [*FRUIT, {"Whole": 7}], [7, 2, 1, 1, None]),
        ("order by Whole asc | project Whole", [*FRUIT, {"Whole": 7}], [None, 1, 1, 2, 7]),
        ("order by Name desc, Whole asc | project Told", FRUIT, ["Brown", "Green", "Green", "Red"]),
        ("top 2 by Whole desc | project Whole", [*FRUIT, {"Whole": 7}], [7, 2]),
    ],
)
def test_tables(query: str, rows: list[Row], expected: list[object], engine: Engine) -> None:
    answers = ask(engine, f"T | {query}", *rows)
    assert [first(row, expected) for row in answers] == expected


def first(row: Row, like: list[object]) -> object:
    """The first cells of a row, as many as are expected of one."""
    cells = tuple(row.values())
    return cells[: len(like[0])] if isinstance(like[0], tuple) else cells[0]


def test_extend_reads_the_row_as_it_came(engine: Engine) -> None:
    (row,) = ask(engine, "T | extend Name = 'new', Old = Name | project Name, Old", {"Name": "old"})
    assert row == {"Name": "new", "Old": "old"}


def test_a_name_may_stand_for_a_value(engine: Engine) -> None:
    assert ask(engine, "let Wanted = 'b'; T | where Name == Wanted | project Name", {"Name": "a"}, {"Name": "b"}) == [
        {"Name": "b"}
    ]


def test_union_has_the_columns_of_all_and_leaves_out_tables_that_do_not_exist(engine: Engine) -> None:
    query = (
        "union isfuzzy=true (Nowhere | extend A = 'x'), (T | project Name), (T | project Whole) | project Name, Whole"
    )
    assert ask(engine, query, {"Name": "a", "Whole": 1}) == [{"Name": "a", "Whole": None}, {"Name": "", "Whole": 1}]
    with pytest.raises(RefusedError):
        ask(engine, query.replace("isfuzzy=true ", ""), {"Name": "a"})


@pytest.mark.parametrize(
    "query",
    [
        "T | take 1",
        "T | project V = tolower(Name)",
        "T | project V = strlen(Name)",
        "T | where Name !has 'a'",
        "T | where Name has 'a b'",
        "T | where Told.a == 'b'",
        "T | where Told has 'b'",
        "T | where Later == At",
        "T | where not(Yes)",
        "T | project V = Whole / 2",
        "T | project V = todouble(Name)",
        "T | project V = tostring(Told.n)",
        "T | project V = bin(At, 5h)",
        "T | project V = extract('(?i)a', 0, Name)",
        "T | project V = split(Name, '')",
        "T | project V = split(Name, ':')[-1]",
        "T | summarize count() by Name",
        "T | summarize V = avg(Whole)",
        "T | summarize V = max(Name)",
        "T | summarize V = dcount(Name, 4)",
        "T | summarize arg_max(At, Name) by Yes",
        "T | summarize arg_max(Whole, Name)",
        "T | summarize hint.strategy=shuffle V = count() by Name",
        "T | order by Whole nulls last",
        "T | order by Yes",
        "T | project V = Nobody",
        "T | project V = max_of(Whole, Real)",
        "Nowhere",
    ],
)
def test_what_is_not_known_is_refused(query: str, engine: Engine) -> None:
    rows = [{"Name": "a", "Whole": 1, "Told": {"n": 1.5}}, {"Name": "b", "Whole": 1, "Told": {"n": 1.5}}]
    with pytest.raises(RefusedError):
        ask(engine, query, *rows)


@pytest.mark.parametrize(
    "row", [{"Nobody": 1}, {"Whole": "1"}, {"Whole": 1.5}, {"At": "yesterday"}, {"At": "2026-10-07T12:00:00+02:00"}]
)
def test_rows_are_held_to_their_columns(row: Row, engine: Engine) -> None:
    with pytest.raises(RefusedError):
        ask(engine, "T", row)


def test_every_query_can_be_run(engine: Engine) -> None:
    """And every rule has a window."""
    folder = ROOT / "infra" / "queries"
    for path in folder.rglob("*.kql"):
        engine.run(path.read_text(), {}, NOW, TABLES)
    assert windows().keys() == {path.stem for path in folder.glob("*.kql")} - {"failed-backup-jobs"}
    assert fired(engine, "functions-failing", {}, NOW) == reported(engine, "refusals", {}, NOW) == []

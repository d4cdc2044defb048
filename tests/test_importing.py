"""The staff list and the list of an audience: read whole, or every mistake with its line and nothing taken."""

from __future__ import annotations

import csv
import datetime
import io
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import importing
from bot.directory import DirectoryError, read_directory
from bot.people import Account, Employment, Person
from bot.roll import COLUMNS, ListMistakes, Mistake

HEADER = ",".join(COLUMNS)
ALICE = "Alice Stone,alice@city.example,Ali Stone,A. B. Stone;Alice Lane,Specialist,Parks,sam@city.example,agent"
ALICE_DAYS = "2020-02-01,2026-11-20,2026-11-30,2027-01-01,T1:U1,00000000-0000-0000-0000-00000000000A"
FULL = f"{HEADER}\n{ALICE},{ALICE_DAYS}\nSam Ortiz,sam@city.example,,,,Parks,,,,,,,U2,\n"
SHORT = "name,email\nAlice Stone,alice@city.example\nBob Marsh,BOB@city.example\n"
SHIPPED = Path(__file__).parent.parent / "bot" / "directory.toml"


def mistakes(content: bytes | str, known: dict[str, str] | None = None) -> list[str]:
    """What is wrong with a staff list."""
    with pytest.raises(ListMistakes) as caught:
        importing.read_people(content.encode() if isinstance(content, str) else content, known)
    return str(caught.value).splitlines()


def test_a_list_is_read() -> None:
    """Every column; what is not there is not said."""
    alice, sam = importing.read_people(FULL.encode())
    assert alice.person == Person(
        "",
        "Alice Stone",
        "alice@city.example",
        "Ali Stone",
        ("A. B. Stone", "Alice Lane"),
        "Specialist",
        "Parks",
        "sam@city.example",
        Employment.AGENT,
        datetime.date(2020, 2, 1),
        datetime.date(2026, 11, 20),
        datetime.date(2026, 11, 30),
        datetime.date(2027, 1, 1),
    )
    assert alice.accounts == (Account("slack", "T1", "U1"), Account("teams", "", "00000000-0000-0000-0000-00000000000a"))
    assert sam.accounts == (Account("slack", "", "U2"),)
    assert sam.person.employment is Employment.EMPLOYEE
    assert alice.said == set(COLUMNS)
    assert [each.said for each in importing.read_people(SHORT.encode())] == [{"name", "email"}] * 2


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_spreadsheets_file_is_read(ends: str) -> None:
    """With or without a byte order mark, with any line ends, blank lines and quotes, in any order of columns, in capitals."""
    text = ends.join([" Email ,NAME", "", '"alice@city.example","Stone, Alice"', ",", " bob@city.example , Bob  Marsh ", ""])
    for content in (text.encode(), text.encode("utf-8-sig")):
        people = [each.person for each in importing.read_people(content)]
        assert [(each.name, each.email) for each in people] == [
            ("Stone, Alice", "alice@city.example"),
            ("Bob Marsh", "bob@city.example"),
        ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "line 1: the file is empty"),
        (" \n\n", "line 1: the file is empty"),
        (",,\n,", "line 1: the file is empty"),
        ("name,email\n", "line 2: nobody is listed"),
        ("name\nx", "line 1: the column email is missing"),
        ("name,email,nmae\n", "line 1: unknown column 'nmae'; known are name, email,"),
        ("name,email,Name\n", "line 1: the column name stands more than once"),
        (SHORT + "Carl\n", "line 4: 1 cells, and the header has 2"),
        (SHORT + "Carl,c@x.org,\n", "line 4: 3 cells, and the header has 2"),
        (SHORT + ",c@x.org\n", "line 4: name is missing"),
        (SHORT + "Carl, \n", "line 4: email is missing"),
        (SHORT + "Carl,carl\n", "line 4: 'carl' is no e-mail address"),
        (SHORT + "Carl,ALICE@city.example\n", "line 4: alice@city.example stands in line 2 already"),
        (SHORT + '"Carl\nLane",c@x.org\n', "line 4: name has a line break or another control sign in it"),
        (SHORT + '"Carl,c@x.org\n', "line 4: the quotes of a cell do not close"),
        (SHORT + '"Carl"x,c@x.org\n', "line 4: the quotes of a cell do not close"),
        (SHORT.encode() + b"Carl\x00,c@x.org\n", "line 4: a NUL stands there"),
        (SHORT.encode() + "Ren\u00e9,r@x.org\n".encode("latin-1"), "line 4: not written in UTF-8"),
        (SHORT.encode("utf-16"), "line 1: the file is written in UTF-16"),
        (SHORT + "x" * 300 + ",c@x.org\n", "cannot be a name: That is longer"),
        (SHORT + "x" * 600 + ",c@x.org\n", "line 4: name is longer than 500 signs"),
        (SHORT + "Carl\u202e,c@x.org\n", "line 4: name has invisible signs in it that turn text round"),
        (SHORT + "Carl 🎉,c@x.org\n", "line 4: 'Carl 🎉' cannot be a name: A name is letters here"),
        ("name,email,slack\nCarl,c@x.org,carl\n", "line 2: slack is 'carl'; an account is written TEAM:USER"),
        ("name,email,teams\nCarl,c@x.org,carl\n", "line 2: teams is 'carl'; an account is written TENANT:ID"),
        ("name,email,slack\nCarl,c@x.org,U1\nDora,d@x.org,U1\n", "line 3: this slack account stands in line 2 already"),
        ("name,email,started\nCarl,c@x.org,1/2/2020\n", "line 2: started is '1/2/2020'; a day is written YYYY-MM-DD"),
        ("name,email,started\nCarl,c@x.org,2020-02-30\n", "line 2: started is '2020-02-30'; a day is written"),
        ("name,email,started\nCarl,c@x.org,20200201\n", "line 2: started is '20200201'; a day is written"),
        ("name,email,started,separated\nC,c@x.org,2020-02-02,2020-02-01\n", "line 2: separated is before started"),
        ("name,email,leave_until\nCarl,c@x.org,2020-02-02\n", "line 2: leave_until stands without leave_from"),
        ("name,email,leave_from,leave_until\nC,c@x.org,2020-02-02,2020-02-01\n", "line 2: leave_until is before leave_from"),
        (
            "name,email,employment\nCarl,c@x.org,boss\n",
            "line 2: employment is 'boss'; it may be employee, officer, agent, volunteer",
        ),
        ("name,email,supervisor\nCarl,c@x.org,sam@x.org\n", "line 2: the supervisor sam@x.org is neither in this list nor"),
        ("name,email,supervisor\nCarl,c@x.org,sam\n", "line 2: 'sam' is no e-mail address"),
        ("name,email,supervisor\nC,c@x.org,c@x.org\n", "line 2: supervision goes round in a circle: c@x.org, c@x.org"),
        ("name,email,aliases\nC,c@x.org,\nDora,d@x.org,Dee;c\n", "line 3: the alias 'c' is the name of a colleague"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(content: str | bytes, told: str) -> None:
    """One mistake each."""
    (only,) = mistakes(content)
    assert told in only


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", " =1", "＝1", '"=1"'])
@pytest.mark.parametrize("column", ["role", "department", "preferred"])
def test_a17_formulas_are_refused(cell: str, column: str) -> None:
    """A cell that a spreadsheet would run never gets in, so that it never gets out."""
    with pytest.raises(ListMistakes) as caught:
        importing.read_people(f'name,email,{column}\nCarl,c@x.org,"{cell.strip(chr(34))}"\n'.encode())
    assert f"line 2: {column} begins with" in str(caught.value)


def test_lines_are_those_of_the_file() -> None:
    """Whatever a cell before has in it; a header that is no header tells what may be meant."""
    assert mistakes(SHORT + '"Carl\n\nLane",c@x.org\n\n=D,d@x.org\n')[1].startswith("line 8: name begins with '='")
    told = mistakes("\nname;email\nx;y")
    assert "line 2: unknown column 'name;email'; cells are parted by commas" in told[0]
    assert told[1:] == ["line 2: the column name is missing", "line 2: the column email is missing"]


def test_all_mistakes_are_told_at_once() -> None:
    """By line, whatever kind they are; many are counted."""
    rows = ["Carl,carl", "Dora,d@x.org,extra", "=E,e@x.org", "Fay,f@x.org", "Gus,f@x.org"]
    told = mistakes("name,email\n" + "\n".join(rows))
    assert [line.split(":")[0] for line in told] == ["line 2", "line 3", "line 4", "line 6"]
    many = mistakes("name,email\n" + "".join(f"Carl,carl{n}\n" for n in range(5000)))
    assert len(many) == 101
    assert many[-1] == "and 4,900 mistakes more"


def test_circles_are_told_once_each() -> None:
    """With those of the directory in them; long lines above somebody are no circle and cost nothing."""
    rows = "Ann,a@x.org,b@x.org\nBob,b@x.org,c@x.org\nCid,c@x.org,a@x.org\nDan,d@x.org,a@x.org\nEva,e@x.org,z@x.org\n"
    told = mistakes(f"name,email,supervisor\n{rows}", {"z@x.org": "e@x.org"})
    assert told == [
        "line 2: supervision goes round in a circle: a@x.org, b@x.org, c@x.org, a@x.org",
        "line 6: supervision goes round in a circle: z@x.org, e@x.org, z@x.org",
    ]
    long = "name,email,supervisor\n" + "".join(f"P{n},p{n}@x.org,p{n + 1}@x.org\n" for n in range(5_000)) + "Top,p5000@x.org,\n"
    start = time.perf_counter()
    assert len(importing.read_people(long.encode())) == 5_001
    assert time.perf_counter() - start < 10


def test_a_large_file_is_refused_early(tmp_path: Path) -> None:
    """A hundred million bytes are not even read."""
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    start = time.perf_counter()
    content = importing.read_file(path)
    assert len(content) < 30_000_000
    assert mistakes(content) == ["line 1: the file is larger than 20 million bytes"]
    assert time.perf_counter() - start < 1


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content: bytes) -> None:
    """They are people, or mistakes with a line."""
    for tail in (content, b"name,email,supervisor\n" + content):
        wrong: tuple[Mistake, ...] = ()
        try:
            assert importing.read_people(tail)
        except ListMistakes as error:
            wrong = error.mistakes or (Mistake("nowhere", ""),)
        assert all(each.where.startswith("line ") for each in wrong)


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=5))
def test_no_cells_break_it(rows: list[tuple[str, ...]]) -> None:
    """What is taken holds no formula and no control sign, in any column."""
    out = io.StringIO()
    csv.writer(out).writerows([("name", "email", "aliases", "role"), *rows])
    try:
        people = importing.read_people(out.getvalue().encode())
    except ListMistakes:
        return
    for each in people:
        for text in (each.person.name, each.person.email, *each.person.aliases, each.person.role):
            assert text[:1] not in ("=", "+", "@", "\t", "\r")
            assert text == "" or text.isprintable() or not text.isascii()


@pytest.mark.parametrize(
    "content",
    [
        "alice@x.org\nBOB@x.org\n",
        "\ufeffalice@x.org\r\n\r\nbob@x.org",
        "name,Email\nA,alice@x.org\nB,bob@x.org\n",
        "email\nalice@x.org\nbob@x.org",
    ],
)
def test_the_list_of_an_audience(content: str) -> None:
    """Addresses one a line, or a column of a CSV file."""
    assert importing.read_list(content.encode(), {"alice@x.org", "bob@x.org"}) == ("alice@x.org", "bob@x.org")


def test_what_is_wrong_with_an_audience_is_told_with_its_line() -> None:
    """All of it at once; nobody is asked then."""
    content = "alice@x.org\nnobody@x.org\nALICE@x.org\n=1+1\nbob\nalice@x.org,bob@x.org\n"
    with pytest.raises(ListMistakes) as caught:
        importing.read_list(content.encode(), {"alice@x.org"})
    assert str(caught.value).splitlines() == [
        "line 2: nobody in the directory has the address nobody@x.org",
        "line 3: alice@x.org stands in line 1 already",
        "line 4: the address begins with '=', which a spreadsheet takes for a formula",
        "line 5: 'bob' is no e-mail address",
        "line 6: one address stands on a line, or the first line names the columns, email among them",
    ]
    for empty in ("", "email\n"):
        with pytest.raises(ListMistakes, match=r"empty|nobody is listed"):
            importing.read_list(empty.encode(), {})


@given(st.binary(max_size=200))
def test_no_bytes_break_the_list_of_an_audience(content: bytes) -> None:
    """Whom it names are known."""
    with suppress(ListMistakes):
        assert set(importing.read_list(content, {"a@b.c"})) == {"a@b.c"}


def test_people_of_the_directory_file(tmp_path: Path) -> None:
    """`[[person]]` tables stand beside the roles and are kept apart from them."""
    path = tmp_path / "directory.toml"
    own = '[[person]]\nname = "Alice Stone"\nemail = "alice@x.org"\naliases = ["A. Lane"]\nstarted = 2020-02-01\n'
    own += 'supervisor = "s@x.org"\n'
    own += '[[person]]\nname = "Sam Ortiz"\nemail = "s@x.org"\nstarted = "2019-01-01"\n'
    path.write_text(SHIPPED.read_text("utf-8") + own, "utf-8")
    directory = read_directory(path)
    alice, sam = directory.people
    assert alice.person.aliases == ("A. Lane",)
    assert (alice.person.started, sam.person.started) == (datetime.date(2020, 2, 1), datetime.date(2019, 1, 1))
    assert alice.said == {"name", "email", "aliases", "started", "supervisor"}
    assert directory.roles == read_directory().roles
    assert read_directory().people == ()


def test_mistakes_of_the_directory_file_are_told_at_once(tmp_path: Path) -> None:
    """Those of roles and those of people."""
    path = tmp_path / "directory.toml"
    people = '[[person]]\nname = 3\nemail = "alice@x.org"\nshoe = 1\naliases = "A"\n'
    people += '[[person]]\nname = "Sam"\naliases = [1]\n[[people]]\n'
    path.write_text(SHIPPED.read_text("utf-8").replace("default = true", "") + people, "utf-8")
    with pytest.raises(DirectoryError) as caught:
        read_directory(path)
    for told in (
        "unknown table 'people'; known are [[role]] and [[person]]",
        "exactly one role",
        "person alice@x.org: 'name' must be a text",
        "person alice@x.org: unknown key 'shoe'",
        "person 2: 'aliases' must be a list of texts",
        "person 2: email is missing",
    ):
        assert told in str(caught.value)
    path.write_text("person = 1", "utf-8")
    with pytest.raises(DirectoryError, match=r"a person is written \[\[person\]\]"):
        read_directory(path)


def test_the_examples_of_the_document_are_taken(tmp_path: Path) -> None:
    """The list and the table of docs/people.md, and every column is explained there."""
    text = (Path(__file__).parent.parent / "docs" / "people.md").read_text("utf-8")
    example = text.split("```csv\n")[1].split("```")[0]
    assert [each.person.name for each in importing.read_people(example.encode())] == ["Sam Ortiz", "Alice Q. Stone", "Marsh, Bob"]
    assert example.splitlines()[0] == HEADER
    path = tmp_path / "directory.toml"
    path.write_text(SHIPPED.read_text("utf-8") + text.split("```toml\n")[1].split("```")[0], "utf-8")
    assert [each.person.name for each in read_directory(path).people] == ["Hana Ruiz"]
    explained = text.split("| column | holds |")[1].split("\n\n")[0]
    assert all(f"`{column}`" in explained for column in COLUMNS)

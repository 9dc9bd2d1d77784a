"""The benchmark's figures, goals and page; what is measured is measured by ``make bench``."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from shapesheet import benchmark, goals, speed
from shapesheet.benchmark import (
    CHANGED,
    CHECKS,
    FILE,
    IMPORT,
    SAVED,
    UNCHANGED,
    Fit,
    Growth,
    Line,
    Point,
)
from shapesheet.errors import SnippetError
from shapesheet.sheet import Sheet, Spot
from tests import examples
from tests.bench import __main__ as bench
from tests.bench import ours, peers, sampling
from tests.strategies import broken

if TYPE_CHECKING:
    from pathlib import Path

SPOT = Spot("benchmark.md", "docs/en/benchmark.md", 7)
SOURCE = '''"""Add up numbers."""

import keras


def adder(count: int = 4) -> keras.Model:
    """Return a model."""


if __name__ == "__main__":
    adder().summary()
'''


def line(name: str, work: str, *seconds: float, ours: bool = False, **more: object) -> Line:
    settings = {"does": "something", "isolates": True, **more}
    return Line(name=name, work=work, ours=ours, seconds=seconds, **settings)


def growth(command: str, seconds: float, peak: int) -> Growth:
    points = (Point(10, 0.2, 25_000_000, 5), Point(1000, seconds, peak, 5))
    return Growth(command, points, Fit(0.001, 0.2, 0.9999, 1.0), Fit(38_758.2, 2e7, 0.9998, 1.05))


REPORT = benchmark.Report(
    cores=2,
    processor="A Processor",
    memory_bytes=2**34,
    versions={"Python": "3.11.7"},
    snippets=("dense/one", "dense/two"),
    total=37,
    runs=3,
    lines=(
        line("import", IMPORT, 4.0, 3.0, 5.0, ours=True),
        line("check --all", CHECKS, 12.0, 9.0, 10.0, ours=True, own=(8.0, 8.0, 9.0)),
        line("without claims", FILE, 4.0, ours=True),
        line("check", UNCHANGED, 0.2, 0.3, 0.1, ours=True),
        line("check", CHANGED, 6.5, ours=True, own=(1.0,)),
        line("check --watch", SAVED, 1.5, ours=True),
        line("fresh", CHECKS, 40.0),
        line("slow", CHECKS, 60.0),
        line("script", FILE, 20.0),
        line("gallery", FILE, 5.0, isolates=False),
        line("gallery", UNCHANGED, 2.0, isolates=False),
    ),
    growth=(growth("status", 1.5, 50_000_000), growth("write", 2.5, 150_000_000)),
)


def result(start: str) -> goals.Goal:
    return next(goal for goal in goals.goals(REPORT) if goal.text.startswith(start))


@pytest.mark.parametrize(
    ("start", "measured", "met"),
    [
        ("Everything, claims included: times faster than fresh", 4.0, True),
        ("The checks, claims left out: times faster than script", 5.0, True),
        ("Everything, claims included: times faster than script", 2.0, False),
        ("Everything, claims included: beside", 10 / 8, True),
        ("Nothing changed", 0.2, True),
        ("Nothing changed: times faster than gallery", 10.0, False),
        ("One snippet changed", 6.5 / 5, True),
        ("A snippet saved", 1.5, True),
        ("`status` with 1,000", 1.5, True),
        ("`write` with 1,000", 2.5, False),
        ("Memory of `status`", 50e6, True),
        ("Memory of `write`", 150e6, False),
    ],
)
def test_a_goal_compares_medians_and_is_met_or_missed(
    start: str, measured: float, *, met: bool
) -> None:
    goal = result(start)
    assert goal.measured == pytest.approx(measured)
    assert goal.met is met


def test_a_process_that_checks_may_not_be_too_large() -> None:
    lines = tuple(
        msgspec.structs.replace(each, largest_bytes=1_300_000_000) if each.own else each
        for each in REPORT.lines
    )
    (goal,) = [
        goal
        for goal in goals.goals(msgspec.structs.replace(REPORT, lines=lines))
        if goal.text == "The largest process that checks"
    ]
    assert not goal.met


def test_the_floor_is_one_import_and_the_checks_shared_by_the_cores() -> None:
    assert goals.floor(line("x", CHECKS, 1.0, own=(4.0, 8.0, 6.0)), 3.0, 2) == 6.0


def test_a_goal_that_the_floor_puts_out_of_reach_says_so() -> None:
    # One import of 4 s and 8 s of checks on two cores are 8 s; the fastest peer takes 40 s.
    assert result("Everything, claims included: times").text.endswith("floor allows 5.00 ×)")


def test_growth_that_was_not_measured_has_no_goal() -> None:
    found = goals.goals(msgspec.structs.replace(REPORT, growth=()))
    assert [goal for goal in found if "1,000" in goal.text] == []


def test_a_missed_goal_is_shown_as_missed() -> None:
    text = speed.render(REPORT)
    goal = "| `write` with 1,000 snippets | 2.50 s | ≤ 2.00 s | **missed** |"
    assert goal in text
    assert "| Nothing changed | 0.20 s | ≤ 0.30 s | met |" in text


def test_each_program_stands_beside_ours_with_its_ratio() -> None:
    text = speed.render(REPORT)
    assert "| **check --all** | something | yes | 10.00 | 1.00 |" in text
    assert "| fresh | something | yes | 40.00 | 4.00 |" in text
    assert "| gallery | something | no | 5.00 | 1.25 |" in text
    assert "2 of the 37 snippets stand for all: `dense/one`, `dense/two`." in text


def test_where_most_snippets_are_chosen_the_others_are_named() -> None:
    text = speed.render(msgspec.structs.replace(REPORT, total=3, left_out=("dense/heavy",)))
    assert "All 3 snippets but `dense/heavy`." in text


def test_growth_of_time_and_memory_is_shown_with_the_lines_through_them() -> None:
    assert """\
### Growth

| Command | Snippets | Seconds | Memory | Runs |
| --- | ---: | ---: | ---: | ---: |
| `status` | 10 | 0.20 | 25 MB | 5 |
| `status` | 1,000 | 1.50 | 50 MB | 5 |
| `write` | 10 | 0.20 | 25 MB | 5 |
| `write` | 1,000 | 2.50 | 150 MB | 5 |

What each further snippet adds, by the straight line through these:

| Command | Time | R² | Bend | Memory | R² | Bend |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| `status` | 1.00 ms | 0.9999 | 1.00 | 38.8 kB | 0.9998 | 1.05 |
| `write` | 1.00 ms | 0.9999 | 1.00 | 38.8 kB | 0.9998 | 1.05 |""" in speed.render(REPORT)


def test_growth_that_was_not_measured_has_no_table() -> None:
    assert "Growth" not in speed.render(replace(REPORT, growth=()))


def test_a_build_without_a_part_stands_beside_the_whole() -> None:
    site = benchmark.Site(1000, 40.0, (benchmark.Part("search", 30.0),))
    text = speed.render(msgspec.structs.replace(REPORT, site=site))
    assert "### Where the time of building 1,000 pages goes" in text
    assert "Each time here is the median of 1 run." in text
    assert "| nothing | 40.00 | 1.00 |\n| search | 30.00 | 0.75 |" in text
    assert "building" not in speed.render(REPORT)


def test_a_report_is_the_same_after_it_was_written() -> None:
    text = benchmark.dumps(REPORT).decode()
    assert benchmark.loads(text) == REPORT
    sheet = Sheet({}, {}, {}, reports={"benchmark": text})
    assert speed.benchmark(sheet, SPOT, ()) == speed.render(REPORT)


@pytest.mark.parametrize("reports", [{}, {"benchmark": "{}"}, {"benchmark": "no"}])
def test_a_report_that_is_missing_or_none_names_the_command(reports: dict[str, str]) -> None:
    with pytest.raises(SnippetError) as caught:
        speed.benchmark(Sheet({}, {}, {}, reports=reports), SPOT, ())
    assert (caught.value.place, caught.value.cure) == ("docs/en/benchmark.md:7", "run: make bench")


def test_every_so_many_of_the_snippets_is_chosen_by_the_times_in_the_records(
    tmp_path: Path,
) -> None:
    config = examples.project(tmp_path)
    for number in range(8):
        key = f"dense/number_{number}"
        examples.add_snippet(config, key)
        slower = replace(examples.RECORD, seconds=float(10 - number))
        examples.check(config, key, slower)
    heavy = replace(examples.RECORD, heavy="half a gigabyte", seconds=0.1)
    examples.check(config, record=heavy)
    chosen = ours.choose(config, every=4)
    assert [each.key for each in chosen] == ["dense/number_1", "dense/number_5"]


def test_records_that_do_not_hold_are_refused(tmp_path: Path) -> None:
    config = examples.project(tmp_path)
    ours.require_fresh(config)
    (config.snippets / f"{examples.KEY}.py").write_text("")
    with pytest.raises(SnippetError, match="1 snippets have no fresh record"):
        ours.require_fresh(config)


def test_a_part_is_measured_anew_beside_the_parts_that_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    path.write_bytes(benchmark.dumps(REPORT))
    now = replace(REPORT, lines=(), growth=(), site=None)
    assert bench.kept(now, path) == REPORT
    with pytest.raises(SnippetError, match="this report is of another machine, or of other"):
        bench.kept(replace(now, runs=7), path)


def test_what_is_measured_anew_takes_the_place_of_what_was_known() -> None:
    known, other = REPORT.lines[:2]
    found = replace(known, seconds=(7.0,))
    assert bench.renewed((known, other), (found,)) == (found, other)
    assert bench.renewed(REPORT.growth, REPORT.growth[:1]) == REPORT.growth


@pytest.mark.parametrize("names", ["nothing", "growth nothing", "site lines"])
def test_only_takes_the_names_of_a_part_and_of_what_it_has(
    names: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--only", *names.split()])
    with pytest.raises(SystemExit):
        bench.main()
    works = " ".join(bench.NAMES["lines"])
    assert "import checks file unchanged changed" in works
    assert f"lines {works}; growth status" in capsys.readouterr().err


def test_a_script_does_unasked_what_the_snippet_does_when_it_is_run() -> None:
    assert peers.script(SOURCE).endswith('    """Return a model."""\n\n\nadder().summary()\n')


def test_a_gallery_gets_a_heading() -> None:
    text = peers.titled(SOURCE, "# adder")
    assert text.startswith('"""\n# adder\n\nAdd up numbers.\n"""\n\nimport keras\n')


def test_a_peer_that_has_not_run_every_snippet_gives_no_time(tmp_path: Path) -> None:
    (peer,) = [each for each in peers.PEERS if each.name == "sphinx-gallery"]
    (tmp_path / "auto").mkdir()
    (tmp_path / "auto" / "one.rst").write_text("Total params: 7")
    peers.require_results(peer, tmp_path, 1)
    (tmp_path / "auto" / "two.rst").write_text("Not run.")
    with pytest.raises(SnippetError, match="sphinx-gallery has run 1 of 2 snippets"):
        peers.require_results(peer, tmp_path, 2)


def test_the_memory_of_a_command_is_that_of_all_its_processes(tmp_path: Path) -> None:
    held = "import time; held = b'x' * 10**8; time.sleep(1.5)"
    two = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {held!r}]); {held}"
    found = sampling.run([sys.executable, "-c", two], tmp_path, memory=True)
    # They hold it one after the other.
    assert 10**8 < found.largest_bytes <= found.tree_bytes + 3 * 10**7
    both = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {held!r}]); {held}"
    together = sampling.run([sys.executable, "-c", both + "; p.wait()"], tmp_path, memory=True)
    assert together.tree_bytes > 2 * 10**8


def test_a_command_that_fails_gives_no_time(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('it is broken')"]
    with pytest.raises(SnippetError, match="ended with 1: it is broken"):
        sampling.run(command, tmp_path)


def test_chosen_snippets_are_given_to_a_program_one_by_one(tmp_path: Path) -> None:
    (tmp_path / peers.CHOSEN).write_text("dense/one\ndense/two\n")
    command = peers.each(["echo", "{}"], 1)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "dense/one\ndense/two\n"


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ({"without claims"}, "it has no line of ours for 'file'"),
        ({"fresh", "slow"}, "it has no peer's line for 'checks'"),
    ],
)
def test_a_report_that_lacks_a_line_names_it_and_the_command(
    left_out: set[str], missing: str
) -> None:
    lines = tuple(each for each in REPORT.lines if each.name not in left_out)
    text = benchmark.dumps(msgspec.structs.replace(REPORT, lines=lines)).decode()
    sheet = Sheet({}, {}, {}, reports={"benchmark": text})
    with pytest.raises(SnippetError, match=missing) as caught:
        speed.benchmark(sheet, SPOT, ())
    assert caught.value.cure == "run: make bench"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"seconds":[12.0,9.0,10.0]', '"seconds":[]'),
        ('"seconds":[12.0,9.0,10.0]', '"seconds":[0.0]'),
        ('"own":[8.0,8.0,9.0]', '"own":[]'),
        ('"count":1000,"seconds":40.0', '"count":1000,"seconds":0.0'),
        ('"cores":2', '"cores":0'),
        ('"cores":2', f'"more":{"[" * 5000}'),
        ('"memory_bytes":17179869184', f'"memory_bytes":1{"0" * 400}'),
        ("A Processor", "\ud800"),
    ],
)
def test_a_report_that_nothing_can_be_told_from_names_the_command(old: str, new: str) -> None:
    site = benchmark.Site(1000, 40.0, ())
    text = msgspec.json.encode(replace(REPORT, site=site)).decode()
    assert old in text
    sheet = Sheet({}, {}, {}, reports={"benchmark": text.replace(old, new)})
    with pytest.raises(SnippetError, match="the report 'benchmark' can't be read: ") as caught:
        speed.benchmark(sheet, SPOT, ())
    assert (caught.value.place, caught.value.cure) == ("docs/en/benchmark.md:7", "run: make bench")


@given(broken(benchmark.dumps(REPORT).decode()))
def test_no_report_raises_anything_but_our_error(text: str) -> None:
    with contextlib.suppress(SnippetError):
        speed.benchmark(Sheet({}, {}, {}, reports={"benchmark": text}), SPOT, ())

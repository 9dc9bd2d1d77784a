import json
from pathlib import Path

from shapesheet import report
from shapesheet.errors import SnippetError
from shapesheet.write import Change

CHANGE = Change(Path("/x/docs/a.md"), "docs/a.md", "old", "new")
PROBLEM = SnippetError("docs/b.md", 3, "it is wrong", "mend it")


def test_only_where_snippets_share_processes_it_is_said() -> None:
    assert report.shared(forks=True) == ""
    assert report.shared(forks=False).startswith("no snippet has a process of its own here")


def test_the_sum_of_a_plan_counts_the_changes_that_it_is_given() -> None:
    assert report.planned(2, [CHANGE], [PROBLEM], dry=False) == (
        "2 pages, 1 written, 1 problem to mend"
    )
    assert report.planned(1, [CHANGE], [], dry=True) == "1 page, 1 out of date"


def test_a_machine_is_told_the_changes_that_are_given() -> None:
    assert json.loads(report.plan_json([CHANGE], [PROBLEM])) == {
        "changes": ["docs/a.md"],
        "problems": [{"path": "docs/b.md", "line": 3, "message": "it is wrong", "cure": "mend it"}],
    }

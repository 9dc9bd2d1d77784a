import ast
import sys
from pathlib import Path

import pytest

from shapesheet import config as configuration
from shapesheet import edits, mutants, survivors
from shapesheet.errors import SnippetError
from shapesheet.limits import Limits
from shapesheet.survivors import Report, Survivor, Trials
from tests.workshop import BODY, KEY, snippet, source

TEST = '''
from snippets.dense.toy import toy


def test_it_has_29_parameters():
    """It has 29 parameters."""
    assert toy().count_params() == 29
'''
LIMITS = Limits(jobs=2)
SURVIVOR = (
    'activation swapped: layers.Dense(4, activation="relu") → layers.Dense(4, activation="tanh")'
)


def refresh(folder: Path, text: str, *, everything: bool = False) -> list[tuple[str, Trials]]:
    _, config = snippet(folder, text, TEST)
    return list(
        mutants.refresh(config, [snippet(folder, text, TEST)[0]], LIMITS, everything=everything)
    )


def test_what_became_of_the_mutants_is_written(tmp_path: Path) -> None:
    found, config = snippet(tmp_path, source(), TEST)
    ((key, trials),) = mutants.refresh(config, [found], LIMITS, everything=False)
    assert key == KEY
    assert survivors.read(config).snippets[KEY] == trials
    assert sum(trials.made.values()) == len(mutants.of(found))
    assert set(trials.caught) == {"shapes", "run", "head", "claims"}
    assert SURVIVOR in [each.mutant for each in trials.survivors]
    assert sum(trials.caught.values()) + len(trials.survivors) == sum(trials.made.values())
    assert trials.digest == mutants.digest(found, config)
    # What has not changed is not tried again, so that no worker starts.
    assert mutants.stale([found], config, survivors.read(config)) == []
    assert list(mutants.refresh(config, [found], Limits(jobs=0), everything=False)) == []


def test_a_snippet_that_fails_its_checks_as_it_is_is_refused(tmp_path: Path) -> None:
    text = source(BODY.replace("# (batch, 4)", "# (batch, 5)"))
    with pytest.raises(SnippetError) as caught:
        refresh(tmp_path, text)
    error = caught.value
    assert error.place == "snippets/dense/toy.py"
    assert error.message.startswith("dense/toy fails its checks as it is: the comment says")
    assert error.cure == "mend it first: shapesheet check dense/toy"


def test_a_snippet_that_does_not_parse_is_refused(tmp_path: Path) -> None:
    found, _ = snippet(tmp_path, "def (:\n", TEST)
    with pytest.raises(SnippetError, match="no mutants can be made of it: ParserSyntaxError"):
        mutants.of(found)


def test_a_snippet_is_stale_when_it_or_its_claims_change(tmp_path: Path) -> None:
    found, config = snippet(tmp_path, source(), TEST)
    trials = Trials(mutants.digest(found, config), "", {}, {})
    assert mutants.stale([found], config, Report({KEY: trials})) == []
    assert mutants.stale([found], config, Report()) == [found]
    changed, _ = snippet(tmp_path, source() + "\n# A reason.\n", TEST)
    assert mutants.stale([changed], config, Report({KEY: trials})) == [changed]
    tested, _ = snippet(tmp_path, source(), TEST + "\n# A reason.\n")
    assert mutants.stale([tested], config, Report({KEY: trials})) == [tested]


def test_all_code_that_makes_and_judges_mutants_makes_them_stale() -> None:
    folder = Path(str(mutants.__file__)).parent
    parts = [path.relative_to(folder).as_posix() for path in folder.glob("edits/*.py")]
    own = {"batches", "equivalence", "mutants", "trial", "usage"}
    assert tuple(sorted([*parts, *(f"{name}.py" for name in own)])) == mutants.MUTATING_CODE
    assert all(ast.parse((folder / name).read_text()) for name in mutants.MUTATING_CODE)


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """Return a project with a report: one mutant of two survives."""
    _, config = snippet(tmp_path, source())
    trials = Trials("", "", {"units": 2}, {"shapes": 1}, (Survivor("units: a → b", "units", 7),))
    survivors.write(config, Report({KEY: trials}))
    return tmp_path


def problems(folder: Path, settings: str = "") -> list[str]:
    (folder / "pyproject.toml").write_text(f"[tool.shapesheet]\n{settings}\n")
    config = configuration.load(folder)
    return [f"{each.place}: {each.message}" for each in mutants.problems(config)]


def test_a_survivor_and_a_share_below_the_goal_are_to_be_mended(judged: Path) -> None:
    assert problems(judged) == [
        "snippets/dense/toy.py:7: no check and no claim catches the mutant units: a → b",
        "docs/reports/mutants.json: 50.0% of the mutants are caught, the goal is 95%",
    ]


def test_the_goal_is_a_setting(judged: Path) -> None:
    assert len(problems(judged, "mutants_goal = 0.5")) == 1


def test_an_entry_that_excuses_nothing_is_to_be_mended(judged: Path) -> None:
    entry = '[[equivalent]]\nsnippets = ["dense/toy"]\nmutant = "units: x"\nreason = "So."\n'
    (judged / "docs/mutants.toml").write_text(entry)
    assert "docs/mutants.toml:3: no survivor of dense/toy is named 'units: x'" in problems(judged)


def test_reasons_are_written_into_the_report_without_a_trial(judged: Path) -> None:
    config = configuration.load(judged)
    entry = '[[equivalent]]\nsnippets = ["dense/toy"]\nmutant = "units: a → b"\nreason = "So."\n'
    (judged / "docs/mutants.toml").write_text(entry)
    assert list(mutants.refresh(config, [], LIMITS, everything=False)) == []
    assert survivors.read(config).snippets[KEY].survivors[0].reason == "So."
    assert mutants.problems(config) == []


def test_without_libcst_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = snippet(tmp_path, source())
    monkeypatch.setitem(sys.modules, "libcst", None)
    for name in [name for name in sys.modules if name.startswith("shapesheet.edits")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("shapesheet.edits")
    with pytest.raises(SnippetError) as caught:
        mutants.of(found)
    assert caught.value.cure == "pip install 'shapesheet[mutants]'"
    assert edits.OPERATORS

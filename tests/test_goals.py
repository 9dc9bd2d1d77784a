"""What is promised of the speed, goal by goal: a limit changes here too, or not at all."""

import pytest

from shapesheet import goals
from tests.test_benchmark import REPORT

LEAST, MOST = True, False
EVERYTHING = "Everything, claims included: "
PROMISED = [
    (
        f"{EVERYTHING}times faster than fresh, which does the same (the floor allows 5.00 ×)",
        LEAST,
        3,
        "3.00 ×",
    ),
    (
        f"{EVERYTHING}times faster than script, which checks nothing (the floor allows 2.50 ×)",
        LEAST,
        3,
        "3.00 ×",
    ),
    (
        "The checks, claims left out: times faster than script, which checks nothing",
        LEAST,
        3,
        "3.00 ×",
    ),
    (f"{EVERYTHING}beside one import of Keras and the checks' own work", MOST, 1.5, "1.50 ×"),
    ("Nothing changed", MOST, 0.3, "0.30 s"),
    ("Nothing changed: times faster than gallery", LEAST, 20, "20.00 ×"),
    ("One snippet changed: beside one import of Keras and that check", MOST, 1.3, "1.30 ×"),
    (
        "A snippet saved while `check --watch` runs: until its page is written",
        MOST,
        2,
        "2.00 s",
    ),
    ("`status` with 1,000 snippets", MOST, 2, "2.00 s"),
    ("Memory of `status`, which needs no Keras, with 1,000 snippets", MOST, 100e6, "100 MB"),
    ("`write` with 1,000 snippets", MOST, 2, "2.00 s"),
    ("Memory of `write`, which needs no Keras, with 1,000 snippets", MOST, 100e6, "100 MB"),
    ("The largest process that checks", MOST, 1200e6, "1,200 MB"),
]


def test_every_goal_has_the_limit_that_was_promised() -> None:
    found = [
        (goal.text, goal.at_least, goal.limit, goal.unit.write(goal.limit))
        for goal in goals.goals(REPORT)
    ]
    assert found == PROMISED


@pytest.mark.parametrize(("at_least", "beyond"), [(LEAST, 2.9), (MOST, 3.1)])
def test_a_goal_is_met_up_to_its_limit_and_missed_beyond(*, at_least: bool, beyond: float) -> None:
    assert goals.Goal("", 3, 3, goals.TIMES, at_least).met
    assert not goals.Goal("", beyond, 3, goals.TIMES, at_least).met

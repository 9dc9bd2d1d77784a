import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shapesheet import claims, testing
from shapesheet.claims import Evidence
from shapesheet.errors import SnippetError
from shapesheet.record import Claim
from tests.strategies import broken, files
from tests.workshop import snippet, source

SHOWN = "snippets/dense/test_toy.py"
CLAIMS = '''
import keras
import pytest

from snippets.dense.toy import toy


@pytest.mark.parametrize("size", [3, 4])
def test_sizes(size: int) -> None:
    """It takes vectors
    of any size.

    More of it.
    """
    assert toy(size=size).input_shape == (None, size)


def test_two() -> None:
    """It gives one number."""
    print("said")
    assert toy().output_shape == (None, 1)


def mistake_strange() -> None:
    """It takes no text."""
    model = toy()
    # Wrong:
    model.predict("text")


def helper() -> None:
    pass
'''


def read(folder: Path, test: str) -> Evidence:
    return claims.read(*snippet(folder, source(), test))


def run(folder: Path, test: str) -> Evidence:
    found, config = snippet(folder, source(), test)
    return testing.run(found, config, claims.read(found, config))


def test_claims_and_mistakes_are_read_without_running_them(tmp_path: Path) -> None:
    found = read(tmp_path, CLAIMS)
    assert found.claims == (
        Claim("test_sizes", "It takes vectors of any size."),
        Claim("test_two", "It gives one number."),
    )
    (mistake,) = found.mistakes
    assert (mistake.name, mistake.text) == ("mistake_strange", "It takes no text.")
    assert mistake.code == 'model = toy()\n# Wrong:\nmodel.predict("text")'
    assert mistake.error == ""


@pytest.mark.parametrize(
    ("test", "error"),
    [
        ("", f"{SHOWN}: the snippet has 0 claims, 1 are wanted"),
        ("def test_a():\n    pass\n", f"{SHOWN}:1: test_a has no docstring"),
        ("\ndef mistake_a():\n    1 / 0\n", f"{SHOWN}:2: mistake_a has no docstring"),
        ("x = (\n", f"{SHOWN}:1: the claims do not parse: '(' was never closed"),
        (
            'def test_a():\n    """Replace this claim: it counts."""\n',
            f"{SHOWN}:2: a placeholder is left: 'Replace this claim: it counts.'",
        ),
    ],
)
def test_what_is_no_claim_is_told(tmp_path: Path, test: str, error: str) -> None:
    with pytest.raises(SnippetError) as caught:
        read(tmp_path, test)
    assert f"{caught.value.place}: {caught.value.message}" == error


def test_a_snippet_without_a_test_file_is_told(tmp_path: Path) -> None:
    found, config = snippet(tmp_path, source())
    found.test_path.unlink()
    with pytest.raises(SnippetError) as caught:
        claims.read(found, config)
    assert caught.value.place == "snippets/dense/toy.py"
    assert caught.value.message == "the snippet has no claims, test_toy.py is missing"
    assert caught.value.cure == f"write {SHOWN} with one test for each claim"


def test_claims_that_are_no_text_are_told(tmp_path: Path) -> None:
    found, config = snippet(tmp_path, source())
    found.test_path.write_bytes(b"\xff")
    with pytest.raises(SnippetError, match="the claims do not parse: 'utf-8' codec"):
        claims.read(found, config)


def test_claims_pass_and_mistakes_tell_their_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = run(tmp_path, CLAIMS)
    assert len(found.claims) == 2
    (mistake,) = found.mistakes
    assert mistake.error.startswith(("ValueError: ", "AttributeError: ", "TypeError: "))
    assert capfd.readouterr() == ("", "")


def test_each_run_sees_the_files_as_they_are(tmp_path: Path) -> None:
    run(tmp_path, CLAIMS)
    with pytest.raises(SnippetError, match="test_two fails: assert"):
        run(tmp_path, CLAIMS.replace("(None, 1)", "(None, 2)"))


def test_a_snippet_may_read_files_in_its_claims(tmp_path: Path) -> None:
    test = 'def test_a():\n    """It reads."""\n    assert Path(__file__).read_text()\n'
    assert run(tmp_path, f"from pathlib import Path\n\n{test}")


@pytest.mark.parametrize(
    ("test", "error"),
    [
        (
            'def test_a():\n    """It is."""\n    x = 1\n    assert x == 2, "no"\n',
            ":4: test_a fails: AssertionError: no",
        ),
        (
            'def test_a():\n    """It is."""\n    raise ValueError("a\\nb")\n    assert 0\n',
            ":3: test_a fails: ValueError: a",
        ),
        (
            'import json\n\n\ndef test_a():\n    """It is."""\n    assert json.loads("{")\n',
            (
                ":6: test_a fails: json.decoder.JSONDecodeError: Expecting property name enclosed "
                "in double quotes: line 1 column 2 (char 1)"
            ),
        ),
        (
            'import pytest as p\ndef test_a():\n    """It."""\n    assert p.importorskip("nope")\n',
            ":2: test_a is skipped: could not import 'nope': No module named 'nope'",
        ),
        (
            'import nope\n\n\ndef test_a():\n    """It is."""\n    assert 1\n',
            ": the test file fails: E   ModuleNotFoundError: No module named 'nope'",
        ),
        (
            'def test_a():\n    """It is."""\n    assert 1\n\ndef mistake_b():\n    """It is."""\n',
            (
                ":5: mistake_b fails: mistake_b raises nothing: "
                "it is no mistake any more, or a silent one"
            ),
        ),
    ],
)
def test_a_failing_claim_names_its_line(tmp_path: Path, test: str, error: str) -> None:
    with pytest.raises(SnippetError) as caught:
        run(tmp_path, test)
    assert f"{caught.value.place}: {caught.value.message}" == f"{SHOWN}{error}"
    assert caught.value.cure == f"run: pytest {SHOWN}"


def test_what_pytest_refuses_is_told(tmp_path: Path) -> None:
    found, config = snippet(tmp_path, source(), CLAIMS)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\nminversion = '99'\n")
    with pytest.raises(SnippetError, match=r"pytest can't run it: .*99"):
        testing.run(found, config, Evidence())


def test_the_projects_own_options_do_not_disturb(tmp_path: Path) -> None:
    found, config = snippet(tmp_path, source(), CLAIMS)
    (tmp_path / "pyproject.toml").write_text(
        "[tool.shapesheet]\n[tool.pytest.ini_options]\naddopts = ['-n2', '--cov', '-k', 'none']\n"
    )
    assert testing.run(found, config, claims.read(found, config)).claims


def test_what_else_is_installed_for_pytest_has_no_say_in_the_claims(tmp_path: Path) -> None:
    test = 'def test_it(worker_id):\n    """It runs beside others."""\n    assert worker_id\n'
    with pytest.raises(SnippetError) as caught:
        run(tmp_path, test)
    assert str(caught.value).startswith(
        f"{SHOWN}:1: test_it fails: fixture 'worker_id' not found\n"
    )


def test_a_claim_that_asserts_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnippetError) as caught:
        read(tmp_path, 'def test_nothing():\n    """It is fine."""\n    print("fine")\n')
    assert str(caught.value).startswith(f"{SHOWN}:1: test_nothing asserts nothing\n")


@pytest.mark.parametrize(
    "body",
    [
        "assert 1",
        "np.testing.assert_allclose(1, 1)",
        "with pytest.raises(ValueError):\n        int('x')",
        "helper()",
    ],
)
def test_a_claim_asserts_in_any_of_these_ways(tmp_path: Path, body: str) -> None:
    helper = "def helper():\n    again()\n\ndef again():\n    helper\n    assert 1\n"
    test = f'{helper}\ndef test_it():\n    """It is so."""\n    {body}\n'
    assert read(tmp_path, test).claims == (Claim("test_it", "It is so."),)


@given(st.one_of(files(CLAIMS), broken(CLAIMS).map(str.encode)))
@example(("x = " + "-" * 5000 + "1").encode())
@example(("x = " + "lambda:" * 3000 + "1").encode())
@example(b'def test_a():\n    "\\ud800"\n    assert 1')
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_raises_anything_but_our_error(tmp_path: Path, content: bytes) -> None:
    found, config = snippet(tmp_path, source())
    found.test_path.write_bytes(content)
    with contextlib.suppress(SnippetError):
        for claim in claims.read(found, config).claims:
            assert claim.text.encode()

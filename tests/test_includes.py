import contextlib
import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shapesheet import includes, markdown
from shapesheet.errors import SnippetError
from shapesheet.includes import Include
from tests.examples import put
from tests.strategies import PROSE, broken

SECTIONS = "# --8<-- [start:core]\nx = 1\n# --8<-- [end:core]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path / "snippets/dense/x.py", SECTIONS)
    return tmp_path / "snippets"


def find(text: str, folder: Path) -> tuple[tuple[Include, ...], tuple[SnippetError, ...]]:
    return includes.find(markdown.read(text).lines, "page.md", folder)


def problem(text: str, folder: Path) -> SnippetError:
    found, (error,) = find(text, folder)
    assert not found
    return error


@pytest.mark.parametrize(
    "line", ['--8<-- "dense/x.py"', "-8<-- 'dense/x.py'", '  --8<--\t" dense/x.py "']
)
def test_an_include_of_a_whole_file_is_found_in_fenced_code_too(line: str, folder: Path) -> None:
    assert find(f"```python\n{line}\n```\n", folder) == (
        (Include(2, "dense/x.py", whole=True),),
        (),
    )


@pytest.mark.parametrize("selection", [":core", ":1:3", ":2", "::3", ":1:2,4:5", ":-3:-1"])
def test_an_include_of_a_part_is_told_apart(selection: str, folder: Path) -> None:
    (found,), problems = find(f'--8<-- "dense/x.py{selection}"\n', folder)
    assert not problems
    assert found == Include(1, "dense/x.py", whole=False)


@pytest.mark.parametrize(
    "text", ['see `--8<-- "x.py"`', ';--8<-- "x.py"', "# --8<-- [start:core]", "--8<-- [end:core]"]
)
def test_what_is_no_include_is_left_alone(text: str, folder: Path) -> None:
    assert find(text, folder) == ((), ())


def test_white_space_after_an_include_is_an_error(folder: Path) -> None:
    error = problem('text\n--8<-- "dense/x.py" \n', folder)
    assert error.place == "page.md:2"
    assert error.message == "white space after an include makes it plain text"


@pytest.mark.parametrize("text", ["--8<--", '--8<--"dense/x.py"', "--8<-- dense/x.py", '--8<-- ""'])
def test_an_include_that_would_not_be_read_is_an_error(text: str, folder: Path) -> None:
    error = problem(text, folder)
    assert error.message.startswith("this include would not be read")
    assert error.cure == 'write alone on its line: --8<-- "family/name.py"'


@pytest.mark.parametrize("target", ["dense/y.py", "dense", "https://example.com/x.py"])
def test_an_include_of_no_file_is_an_error(target: str, folder: Path) -> None:
    assert problem(f'--8<-- "{target}"', folder).message == (
        f"this include names no file, found {target!r}"
    )


@pytest.mark.parametrize(
    "target", ["dense/link.py", "linked/x.py", "../out.py", "dense/../dense/x.py", "/etc/hosts"]
)
def test_an_include_that_leads_elsewhere_is_an_error(target: str, folder: Path) -> None:
    put(folder.parent / "out.py", "")
    (folder / "dense/link.py").symlink_to(folder / "dense/x.py")
    (folder / "linked").symlink_to(folder / "dense")
    assert "leads elsewhere" in problem(f'--8<-- "{target}"', folder).message


def test_a_section_that_is_not_there_is_an_error(folder: Path) -> None:
    assert (
        problem('--8<-- "dense/x.py:other"', folder).message == "dense/x.py has no section 'other'"
    )


def test_an_include_of_the_files_whole_path_is_an_error(folder: Path) -> None:
    error = problem(f'--8<-- "{folder}/dense/x.py"', folder)
    assert "leads elsewhere" in error.message
    assert error.cure == "name the file from snippets/ on, without a link or .."


def test_a_section_of_a_file_that_can_not_be_read_is_told_at_the_include(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_text", refuse)
    error = problem('text\n--8<-- "dense/x.py:core"', folder)
    assert str(error) == (
        "page.md:2: dense/x.py can't be read: Permission denied\n    make the file readable"
    )


@pytest.mark.parametrize(
    ("source", "place", "message"),
    [
        (SECTIONS + SECTIONS, "x.py:4", "section 'core' starts on line 1 already"),
        ("# --8<-- [start:a]\n", "x.py:1", "section 'a' is never ended"),
        ("\n# --8<-- [end:a]\n", "x.py:2", "section 'a' ends here, but found no start of it above"),
        (
            SECTIONS + "# --8<-- [end:core]\n",
            "x.py:4",
            "section 'core' ends here, but found no start of it above",
        ),
    ],
)
def test_sections_that_do_not_pair_are_an_error(
    source: str, place: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(SnippetError) as caught:
        includes.sections(put(tmp_path / "x.py", source), "x.py")
    assert (caught.value.place, caught.value.message) == (place, message)


def test_every_section_of_a_file_is_named(tmp_path: Path) -> None:
    source = SECTIONS + SECTIONS.replace("core", "other")
    assert includes.sections(put(tmp_path / "x.py", source), "x.py") == {"core", "other"}


def test_an_escaped_section_is_text(tmp_path: Path) -> None:
    source = "# ;--8<-- [start:core]\n"
    assert includes.sections(put(tmp_path / "x.py", source), "x.py") == frozenset()


def test_a_broken_section_is_reported_on_the_line_that_needs_it(folder: Path) -> None:
    put(folder / "dense/x.py", SECTIONS + SECTIONS)
    assert problem('--8<-- "dense/x.py:core"', folder).place == "snippets/dense/x.py:4"


@given(
    st.one_of(
        PROSE,
        broken('--8<-- "dense/x.py"\n--8<-- "dense/x.py:core"\n--8<-- "dense/x.py:1:2"\n'),
        st.text().map(lambda target: f'--8<-- "{target}"'),
    )
)
@example(f'--8<-- "{"a" * 300}"')
@example(f'--8<-- "{"a/" * 3000}"')
@example('--8<-- "a\0b"')
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_raises_anything(folder: Path, text: str) -> None:
    found, problems = find(text, folder)
    numbers = {line.number for line in markdown.lines(text)}
    assert {each.line for each in (*found, *problems)} <= numbers


@given(broken(SECTIONS * 2))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_raises_anything_but_our_error(tmp_path: Path, source: str) -> None:
    path = tmp_path / "x.py"
    path.write_bytes(source.encode())
    with contextlib.suppress(SnippetError):
        assert "" not in includes.sections(path, "x.py")

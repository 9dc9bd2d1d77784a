import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shapesheet import config as configuration
from shapesheet import record as records
from shapesheet import write
from shapesheet.config import Config
from shapesheet.errors import SnippetError
from tests.examples import FAILURE, KEY, PAGE, RECORD, add_snippet, check, project, put
from tests.strategies import NEWLINES, PROSE

SHOWN = "docs/en/dense/binary-classifier.md"
TESTS = "snippets/dense/test_binary_classifier.py"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return project(tmp_path)


def page(config: Config) -> Path:
    return config.root / SHOWN


def problems(config: Config) -> list[str]:
    return [str(error) for error in write.plan(config).problems]


def problem(config: Config) -> SnippetError:
    (error,) = write.plan(config).problems
    return error


def change(config: Config, old: str, new: str) -> None:
    text = page(config).read_bytes().decode()
    assert old in text
    put(page(config), text.replace(old, new))


def refuse_to_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the system put no other file in place of ``path``."""
    replace_file = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == path:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return replace_file(self, target)

    monkeypatch.setattr(Path, "replace", refuse)


def test_a_record_is_written_into_its_page(config: Config) -> None:
    plan = write.plan(config)
    assert (plan.pages, plan.problems) == (1, ())
    assert [found.shown for found in write.apply(plan)[0]] == [SHOWN]
    assert "| Parameters | 1,025 |" in page(config).read_text()


def test_a_written_project_has_nothing_left_to_write(config: Config) -> None:
    write.apply(write.plan(config))
    assert write.plan(config) == write.Plan(1, (), ())


def test_a_folder_of_snippets_may_be_a_link(config: Config) -> None:
    (config.root / "elsewhere").mkdir()
    moved = config.snippets.rename(config.root / "elsewhere/theirs")
    config.snippets.symlink_to(moved)
    assert write.plan(config).problems == ()


def test_a_plan_writes_nothing_and_shows_the_difference(config: Config) -> None:
    (found,) = write.plan(config).changes
    assert "+| Parameters | 1,025 |" in found.diff
    assert page(config).read_text() == PAGE


def test_a_page_keeps_every_other_byte(config: Config) -> None:
    windows = "\ufeff" + PAGE.replace("\n", "\r\n").rstrip()
    put(page(config), windows)
    write.apply(write.plan(config))
    written = page(config).read_bytes().decode()
    first, last = windows.split("<!-- /shapesheet -->")
    assert written.startswith(first)
    assert written.endswith(last)
    assert "\n" not in written.replace("\r\n", "")


def test_a_snippet_that_was_never_checked_names_the_command(config: Config) -> None:
    records.record_path(config.records, KEY).unlink()
    assert problems(config) == [
        f"{SHOWN}:7: {KEY} was never checked\n    run: shapesheet check {KEY}"
    ]


def test_a_stale_record_names_the_command(config: Config) -> None:
    put(config.root / TESTS, "# changed\n")
    assert problems(config) == [
        f"{SHOWN}:7: {KEY} has changed since it was checked\n    run: shapesheet check {KEY}"
    ]


def test_a_failing_record_names_its_first_failure(config: Config) -> None:
    check(config, record=replace(RECORD, failures=(FAILURE,)))
    assert str(problem(config)) == (
        f"{SHOWN}:7: {KEY} fails its checks: snippets/dense/binary_classifier.py:22: it is wrong\n"
        f"    mend the snippet and run: shapesheet check {KEY}"
    )


def test_a_record_that_is_not_json_is_named(config: Config) -> None:
    put(records.record_path(config.records, KEY), "{")
    assert "this is no record" in problem(config).message
    assert problem(config).cure == "run: shapesheet check"


def test_a_record_that_does_not_add_up_is_told_at_the_block(config: Config) -> None:
    change(config, "facts", "layers")
    check(config, record=replace(RECORD, parameters=7))
    assert problem(config).place == f"{SHOWN}:7"
    assert "add up to 1,025 parameters" in problem(config).message


def test_a_record_of_a_snippet_that_is_gone_names_the_way_to_delete_it(config: Config) -> None:
    records.write(config.records, replace(RECORD, snippet="dense/gone"))
    assert str(problem(config)) == (
        "docs/data/dense/gone.json: this record is of the snippet dense/gone, which is gone\n"
        "    delete it: rm docs/data/dense/gone.json"
    )


def test_an_unknown_snippet_in_a_block_is_named(config: Config) -> None:
    change(config, f"facts {KEY}", "claims dense/other")
    assert f"{SHOWN}:7: there is no snippet 'dense/other'" in "".join(problems(config))


def test_a_snippet_on_no_page_is_an_error(config: Config) -> None:
    put(page(config), "# Empty\n")
    assert problem(config).place == "snippets/dense/binary_classifier.py"
    assert problem(config).message == f"{KEY} stands on no page"


def test_a_snippet_on_two_pages_is_an_error_on_the_second(config: Config) -> None:
    put(config.pages / "dense/second.md", PAGE)
    plan = write.plan(config)
    assert [str(error) for error in plan.problems] == [
        f"docs/en/dense/second.md:7: {KEY} stands on {SHOWN} already\n    keep it on one page"
    ]
    assert [found.shown for found in plan.changes] == [SHOWN]


def test_the_code_alone_counts_as_standing_on_a_page(config: Config) -> None:
    put(config.pages / "dense/second.md", f'--8<-- "{KEY}.py"\n')
    assert problem(config).place == "docs/en/dense/second.md:1"


def test_a_part_of_the_code_may_stand_on_another_page(config: Config) -> None:
    put(config.pages / "index.md", f'# Home\n--8<-- "{KEY}.py:1:3"\n')
    assert problems(config) == []


def test_facts_without_the_code_are_an_error(config: Config) -> None:
    change(config, f'--8<-- "{KEY}.py"', "pass")
    assert problem(config).place == f"{SHOWN}:7"
    assert problem(config).message == f"this page has facts of {KEY}, but does not show its code"


def test_the_code_without_facts_is_an_error(config: Config) -> None:
    change(config, "facts", "claims")
    assert problem(config).place == f"{SHOWN}:11"
    assert problem(config).message == f"this page shows the code of {KEY}, but has no facts of it"


def test_an_include_with_white_space_after_it_is_an_error(config: Config) -> None:
    change(config, f'--8<-- "{KEY}.py"', f'--8<-- "{KEY}.py" ')
    assert any("white space after an include" in text for text in problems(config))


def test_a_modality_that_is_not_in_the_settings_is_an_error(config: Config) -> None:
    change(config, "vectors", "smells")
    assert problem(config).message == "fits in the front matter names no modality, found 'smells'"
    assert problem(config).cure == "use one of: vectors, images"


def test_a_modality_in_a_project_without_any_is_an_error(tmp_path: Path) -> None:
    config = project(tmp_path, "[tool.shapesheet]\n")
    assert problem(config).cure == "add it to [tool.shapesheet]"


def test_every_problem_of_every_page_is_reported(config: Config) -> None:
    add_snippet(config, "dense/other")
    put(
        page(config), PAGE.replace("fits: {vectors: first}", "fits: {smells: first}") + "\n--8<--\n"
    )
    put(config.pages / "dense/other.md", "<!-- /shapesheet -->\n")
    text = "\n".join(problems(config))
    assert "docs/en/dense/other.md:1: this end marker has no start" in text
    assert "snippets/dense/other.py: dense/other stands on no page" in text
    assert f"{SHOWN}:1: fits in the front matter names no modality" in text
    assert f"{SHOWN}:14: this include would not be read" in text


def test_a_page_with_a_problem_is_left_alone_while_others_are_written(config: Config) -> None:
    add_snippet(config, "dense/other")
    change(config, "<!-- /shapesheet -->", "")
    plan = write.plan(config)
    assert [found.shown for found in write.apply(plan)[0]] == ["docs/en/dense/other.md"]
    assert "has no end marker" in plan.problems[0].message


def test_a_block_edited_by_hand_is_reported_and_kept(config: Config) -> None:
    write.apply(write.plan(config))
    change(config, "1,025", "1,026")
    plan = write.plan(config)
    assert plan.changes == ()
    assert "was edited by hand" in plan.problems[0].message


@pytest.mark.parametrize(
    ("content", "message"),
    [("---\na: [\n---\n", "the front matter is not YAML"), ("---\n- a\n---\n", "is no mapping")],
)
def test_front_matter_that_is_wrong_is_reported(config: Config, content: str, message: str) -> None:
    put(config.pages / "about.md", content)
    assert message in problem(config).message


def test_a_page_that_is_no_text_is_reported(config: Config) -> None:
    (config.pages / "about.md").write_bytes(b"\xff")
    assert problem(config).place == "docs/en/about.md"


def test_a_page_whose_name_is_no_text_is_refused(config: Config) -> None:
    put(config.pages / "index.md", "<!-- shapesheet: family dense -->\n<!-- /shapesheet -->\n")
    page(config).rename(os.fsdecode(os.fsencode(config.pages / "dense") + b"/b\xff.md"))
    with pytest.raises(SnippetError) as caught:
        write.plan(config)
    assert str(caught.value) == (
        "docs/en/dense/b\\udcff.md: the name of this file is no text\n    rename it"
    )


def test_a_snippet_that_is_no_text_is_reported(config: Config) -> None:
    (config.snippets / f"{KEY}.py").write_bytes(b"\xff")
    assert "this snippet can't be read" in problem(config).message


def test_a_coverage_file_that_is_no_text_is_reported(config: Config) -> None:
    config.coverage.write_bytes(b"\xff")
    assert problem(config).place == "docs/coverage.toml"


def test_a_report_that_is_no_text_is_reported(config: Config) -> None:
    config.reports.mkdir()
    (config.reports / "speed.json").write_bytes(b"\xff")
    assert problem(config).place == "docs/reports/speed.json"


def test_the_tables_over_many_are_written_too(config: Config) -> None:
    put(
        config.coverage,
        f'[[listing]]\nid = "a"\nlines = "1"\nshows = "x"\nsnippets = ["{KEY}"]\n',
    )
    kinds = ("family dense", f"tasks {KEY}", "modalities", "coverage", f"mistakes {KEY}")
    blocks = [f"<!-- shapesheet: {kind} -->\n<!-- /shapesheet -->\n" for kind in kinds]
    put(config.pages / "index.md", "\n".join(["# Home", *blocks]))
    plan = write.plan(config)
    assert plan.problems == ()
    write.apply(plan)
    assert (config.pages / "index.md").read_text().count("dense/binary-classifier.md") == 4


def test_a_page_that_can_not_be_written_is_reported_and_the_others_are(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_snippet(config, "dense/other")
    refuse_to_write(page(config), monkeypatch)
    written, failed = write.apply(write.plan(config))
    assert [found.shown for found in written] == ["docs/en/dense/other.md"]
    assert [error.place for error in failed] == [SHOWN]
    assert "can't be written" in failed[0].message


@pytest.mark.parametrize("saved", [PAGE + "A person's words.\n", None])
def test_a_page_that_a_person_saves_or_deletes_meanwhile_is_left_to_them(
    config: Config, saved: str | None
) -> None:
    add_snippet(config, "dense/other")
    plan = write.plan(config)
    page(config).unlink()
    if saved:
        put(page(config), saved)
    written, failed = write.apply(plan)
    assert [found.shown for found in written] == ["docs/en/dense/other.md"]
    assert [str(error) for error in failed] == [
        f"{SHOWN}: this page has changed since it was read\n    run: shapesheet write"
    ]
    assert (page(config).read_text() if page(config).exists() else None) == saved


def test_what_a_person_saved_meanwhile_is_kept_by_the_next_write(config: Config) -> None:
    plan = write.plan(config)
    put(page(config), PAGE + "A person's words.\n")
    write.apply(plan)
    write.apply(write.plan(config))
    assert page(config).read_text().endswith("A person's words.\n")
    assert "| Parameters | 1,025 |" in page(config).read_text()


def test_an_empty_folder_has_nothing_to_write(tmp_path: Path) -> None:
    assert write.plan(configuration.load(tmp_path)) == write.Plan(0, (), ())


@given(before=PROSE, after=PROSE, newline=st.sampled_from(NEWLINES), last=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_byte_around_a_block_survives(
    config: Config, before: str, after: str, newline: str, *, last: bool
) -> None:
    head, start, tail = PAGE.partition(f"<!-- shapesheet: facts {KEY} -->\n")
    code = tail.partition("<!-- /shapesheet -->\n")[2]
    lead = f"{head}{code}{before}\n{start}".replace("\n", newline)
    rest = f"{newline}{after}" if last else ""
    page(config).write_bytes(f"{lead}<!-- /shapesheet -->{rest}".encode())
    written, _ = write.apply(write.plan(config))
    content = page(config).read_bytes()
    event(f"written: {bool(written)}")
    if written:
        assert content.startswith(lead.encode())
        assert content.endswith(f" -->{rest}".encode())
        assert newline.join(("", "| Fact | Measured |", "")).encode() in content
        assert not write.plan(config).changes
    else:
        assert content == f"{lead}<!-- /shapesheet -->{rest}".encode()

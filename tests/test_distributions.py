import sys
from importlib import metadata
from pathlib import Path

import pytest

from shapesheet.distributions import installed


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the first place where Python looks for libraries."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return tmp_path


def test_every_library_here_has_the_version_that_its_notes_say() -> None:
    names = {each.name for each in metadata.distributions()}
    assert "keras" in names
    assert {name: installed(name) for name in names} == {
        name: metadata.version(name) for name in names
    }


def test_a_library_that_is_not_installed_has_no_version() -> None:
    assert installed("no-such-library") == "none"


@pytest.mark.parametrize(
    ("folder", "name", "version"),
    [
        ("no_such_library-1.2.dist-info", "no-such-library", "1.2"),
        ("No.Such_Library-1.2.dist-info", "no-such-library", "1.2"),
        ("no_such_library-1.2.dist-info", "No_Such.Library", "1.2"),
        ("nosuch-2.13.0+cpu.dist-info", "nosuch", "2.13.0+cpu"),
        ("nosuch-1.2-py3.11.egg-info", "nosuch", "1.2"),
        ("nosuch-1.2.egg-info", "nosuch", "1.2"),
        ("nosuch-1.2.data", "nosuch", "none"),
        ("nosuch_more-1.2.dist-info", "nosuch", "none"),
    ],
)
def test_the_name_of_a_folder_tells_the_version(
    place: Path, folder: str, name: str, version: str
) -> None:
    (place / folder).mkdir()
    assert installed(name) == version


def test_the_first_place_counts(place: Path) -> None:
    (place / "keras-0.1.dist-info").mkdir()
    assert installed("keras") == "0.1"


def test_a_place_that_is_no_folder_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "packages.zip").write_bytes(b"")
    hook = "__editable__.shapesheet.finder.__path_hook__"
    places = [str(tmp_path / "packages.zip"), str(tmp_path / "missing"), hook, *sys.path]
    monkeypatch.setattr(sys, "path", places)
    assert installed("keras") == metadata.version("keras")

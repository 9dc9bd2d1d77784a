import os
import subprocess
import sys
from pathlib import Path

import pytest

from shapesheet.errors import SnippetError
from shapesheet.files import scratch, sweep, write_atomically


def test_a_file_is_written_with_the_folders_above_it(tmp_path: Path) -> None:
    path = tmp_path / "a/b/c.txt"
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_file_that_is_there_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    write_atomically(tmp_path / "c.txt", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["c.txt"]


def test_a_file_in_the_way_of_the_folder_is_told_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "docs").write_text("I am a file")
    with pytest.raises(SnippetError, match="can't be written") as caught:
        write_atomically(tmp_path / "docs/page.md", b"new")
    assert caught.value.cure == "make its folder writable and run again"
    assert (tmp_path / "docs").read_text() == "I am a file"


def test_a_folder_in_the_way_of_the_file_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "page.md").mkdir()
    with pytest.raises(SnippetError, match="can't be written"):
        write_atomically(tmp_path / "page.md", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


HALF_A_FILE = """
import os, sys
from pathlib import Path
from shapesheet.files import write_atomically
os.fsync = lambda file: os.kill(os.getpid(), 9)
write_atomically(Path(sys.argv[1]), b"new")
"""


def test_only_what_a_killed_process_has_left_half_written_is_swept(tmp_path: Path) -> None:
    path = tmp_path / "docs/page.md"
    write_atomically(path, b"old")
    killed = subprocess.run([sys.executable, "-c", HALF_A_FILE, str(path)], check=False)
    assert killed.returncode == -9
    (left,) = [each for each in path.parent.iterdir() if each != path]
    ours = left.with_name(f".shapesheet-{os.getpid()}-x")
    others = [ours, left.with_name(".shapesheet-notes"), left.with_name(".shapesheet-1-x")]
    for each in others:
        each.touch()
    sweep(tmp_path)
    assert not left.exists()
    assert all(each.exists() for each in others)
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_not_there_has_nothing_to_sweep(tmp_path: Path) -> None:
    sweep(tmp_path / "docs")
    assert not (tmp_path / "docs").exists()


@pytest.fixture
def gone() -> int:
    """Return the number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def test_folders_of_killed_processes_are_deleted_after_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: int
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ours = scratch()
    left, recent, other = (tmp_path / f"shapesheet-{n}" for n in (f"{gone}-a", f"{gone}-b", "x-c"))
    for each in (left, recent, other):
        (each / "1").mkdir(parents=True)
    for each in (left, other, Path(ours.name)):
        os.utime(each, (0, 0))
    with scratch() as second:
        assert {Path(second), Path(ours.name), recent, other} == set(tmp_path.iterdir())
    ours.cleanup()
    assert set(tmp_path.iterdir()) == {recent, other}

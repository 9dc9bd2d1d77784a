from shapesheet import report


def test_only_where_snippets_share_processes_it_is_said() -> None:
    assert report.shared(forks=True) == ""
    assert report.shared(forks=False).startswith("no snippet has a process of its own here")

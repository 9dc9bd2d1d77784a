from shapesheet.source import comments


def test_comments_have_their_line_column_and_text() -> None:
    found = list(comments('x = "#no"  # yes\r\n\r\n## also  \r\n'))
    assert found == [(1, 12, " yes"), (3, 2, " also")]

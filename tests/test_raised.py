import pytest

from shapesheet.raised import reason


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no\n  way\n\nmore"), "ValueError: no way"),
        (KeyError(), "KeyError: no message"),
        (ValueError("{'b', 'a'} or {'b': 'a'}"), "ValueError: {'a', 'b'} or {'b': 'a'}"),
        (
            ValueError(
                "Exception encountered when calling Conv2D.call().\n\n"
                "\x1b[1mKernel too\nlarge\x1b[0m\n\nArguments received by Conv2D.call():\n  • x"
            ),
            "ValueError: Exception encountered when calling Conv2D.call(). Kernel too large",
        ),
    ],
)
def test_an_exception_is_said_in_one_line(error: Exception, text: str) -> None:
    assert reason(error) == text

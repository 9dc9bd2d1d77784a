import pytest

from shapesheet import usage

ABOVE = "import keras\nfrom snippets.dense.toy import toy as model\n\n"


@pytest.mark.parametrize(
    "body",
    [
        "def test_a():\n    assert model()\n",
        "def mistake_a():\n    model()\n",
        "def _helper():\n    return model()\n\ndef test_a():\n    assert _helper()\n",
        "built = model()\n\ndef test_a():\n    assert built\n",
        "def given():\n    return model()\n\ndef test_a(given):\n    assert given\n",
        "class Own(model):\n    pass\n\ndef test_a():\n    assert Own()\n",
    ],
)
def test_a_claim_that_uses_the_snippet_is_found(body: str) -> None:
    assert len(usage.using(ABOVE + body, "snippets")) == 1


@pytest.mark.parametrize(
    "body",
    [
        "def test_a():\n    assert keras\n",
        "def mistake_a():\n    keras.layers.Dense()\n",
        "def _helper():\n    return model()\n",
    ],
)
def test_a_claim_about_keras_alone_is_left_out(body: str) -> None:
    assert usage.using(ABOVE + body, "snippets") == []


def test_a_module_that_is_imported_counts() -> None:
    text = "import snippets.dense.toy\n\ndef test_a():\n    assert snippets.dense.toy.toy()\n"
    assert usage.using(text, "snippets") == ["test_a"]


def test_claims_keep_their_order() -> None:
    body = "def test_b():\n    assert model()\n\ndef test_a():\n    assert model()\n"
    assert usage.using(ABOVE + body, "snippets") == ["test_b", "test_a"]

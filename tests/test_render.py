import pytest
from msgspec.structs import replace

from shapesheet import render
from shapesheet.errors import SnippetError
from shapesheet.record import Check, Claim, Head, Layer, Mistake, Tensor
from tests.examples import RECORD

RANDOM_TASK = replace(RECORD, layers=(), heads=(), parameters=0, trainable=0, multiply_adds=None)


def row(table: str, name: str) -> str:
    (found,) = [line for line in table.splitlines() if line.startswith(f"| {name} |")]
    return found.removeprefix(f"| {name} | ").removesuffix(" |")


def test_the_facts_of_a_snippet() -> None:
    assert (
        render.facts(RECORD)
        == """\
| Fact | Measured |
| --- | --- |
| Input → output | `(batch, num_features)` → `(batch, 1)` in `[0, 1]` |
| At the defaults | `(batch, 30)` → `(batch, 1)` |
| Parameters | 1,025 |
| Weight memory | 4.0 KiB |
| Multiply-adds | 992 for one sample |
| Last layer | `Dense(1)` with `sigmoid` |
| Loss | `binary_crossentropy` |
| Metrics | `accuracy` |
| Target | `(batch, 1)` in `{0, 1}` |

Verified with Keras 3.15.1 on TensorFlow 2.21.0."""
    )


def test_parameters_that_are_not_trainable_are_told() -> None:
    facts = render.facts(replace(RECORD, trainable=1000))
    assert row(facts, "Parameters") == "1,025, of them 1,000 trainable and 25 not"


def test_multiply_adds_that_can_not_be_told_are_not_counted() -> None:
    assert row(render.facts(replace(RECORD, multiply_adds=None)), "Multiply-adds") == "not counted"


def test_what_was_left_out_is_told_with_the_reason() -> None:
    left_out = (Check("shapes"), Check("saving", "half a gigabyte"))
    facts = render.facts(replace(RECORD, heavy="it takes 8 seconds", checks=left_out))
    assert row(facts, "Left out") == (
        "built only once: it takes 8 seconds; saving: half a gigabyte"
    )


def test_a_random_output_is_told() -> None:
    facts = render.facts(replace(RECORD, random=True))
    assert row(facts, "Random") == "two passes over the same input differ"


def test_defaults_that_say_no_more_than_the_contract_are_left_out() -> None:
    same = tuple(replace(tensor, shape=tensor.symbolic) for tensor in RECORD.tensors)
    assert "At the defaults" not in render.facts(replace(RECORD, tensors=same))


def test_several_inputs_and_outputs_have_their_names_types_and_domains() -> None:
    tensors = (
        Tensor("input", "question", "(batch, n)", "(batch, 4)", "int", "[0, words)"),
        Tensor("input", "story", "(batch, m)", "(batch, 8)", "float", ""),
        Tensor("output", "", "(batch, k)", "(batch, 2)", "float", "probabilities"),
    )
    facts = render.facts(replace(RECORD, tensors=tensors))
    assert row(facts, "Input → output") == (
        "question `(batch, n) int` in `[0, words)`, story `(batch, m)` → `(batch, k)` probabilities"
    )
    assert row(facts, "At the defaults") == (
        "question `(batch, 4)`, story `(batch, 8)` → `(batch, 2)`"
    )


def test_several_heads_have_the_names_of_their_outputs() -> None:
    heads = (
        Head("label", "Dense(2)", "softmax", "mse", ()),
        Head("size", "Dense(1)", "", "mse", ()),
    )
    facts = render.facts(replace(RECORD, heads=heads))
    assert row(facts, "Last layer") == "label `Dense(2)` with `softmax`, size `Dense(1)`"
    assert row(facts, "Loss") == "`mse`"
    assert "Metrics" not in facts


def test_a_technique_that_is_no_model_has_no_parameters() -> None:
    facts = render.facts(replace(RANDOM_TASK, versions={"keras": "3.15.1"}))
    assert "Parameters" not in facts
    assert "Last layer" not in facts
    assert facts.endswith("Verified with Keras 3.15.1.")


def test_the_layers_of_a_snippet() -> None:
    assert (
        render.layers(RECORD)
        == """\
| Layer | Output shape | Parameters | Arithmetic | Multiply-adds |
| --- | --- | ---: | --- | ---: |
| `dense` Dense | `(batch, 32)` | 992 | `30·32 + 32 = 992` | 960 |
| `dense_1` Dense | `(batch, 1)` | 33 | `32·1 + 1 = 33` | 32 |
| **Total** |  | **1,025** |  | **992** |

All 1,025 parameters are trainable. The weights take 4.0 KiB."""
    )


def test_a_shape_comment_that_says_more_than_the_defaults_stands_below_the_shape() -> None:
    first, second = RECORD.layers
    layers = (replace(first, symbolic="(batch, units * 2)"), replace(second, symbolic=""))
    table = render.layers(replace(RECORD, layers=layers)).splitlines()
    shapes = "`(batch, 32)`<br>`(batch, units * 2)`"
    assert table[2].startswith(f"| `dense` Dense | {shapes} | 992 |")
    assert table[3].startswith("| `dense_1` Dense | `(batch, 1)` | 33 |")


def test_parameters_without_arithmetic_are_not_repeated() -> None:
    first, second = RECORD.layers
    layers = (
        replace(first, parameters=1025, arithmetic="1,025"),
        Layer("again", "Dense", "(batch, 1)", "", 0, 0, "", None),
        replace(second, parameters=0, trainable=0, arithmetic="shared with dense", multiply_adds=0),
    )
    table = render.layers(replace(RECORD, layers=layers, multiply_adds=None)).splitlines()
    assert table[2].endswith("| 1,025 |  | 960 |")
    assert table[3].endswith("| 0 |  | not counted |")
    assert table[4].endswith("| 0 | `shared with dense` | 0 |")
    assert table[5].endswith("| **1,025** |  | **not counted** |")


def test_a_frozen_part_is_told_below_the_table() -> None:
    layers = render.layers(replace(RECORD, trainable=33))
    assert layers.endswith(
        "33 of 1,025 parameters are trainable, 992 are not. The weights take 4.0 KiB."
    )


def test_a_model_without_weights_says_so() -> None:
    layer = Layer("flatten", "Flatten", "(batch, 4)", "", 0, 0, "", 0)
    record = replace(RECORD, layers=(layer,), parameters=0, trainable=0, weight_bytes=0)
    assert render.layers(record).endswith("The model has no parameters.")


def test_a_column_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(SnippetError) as caught:
        render.layers(replace(RECORD, parameters=1026))
    assert caught.value.message == (
        "the layers of dense/binary_classifier add up to 1,025 parameters, "
        "but found 1,026 in the model"
    )


def test_what_is_no_model_has_no_layers_to_show() -> None:
    with pytest.raises(SnippetError, match="is no model and has no layers to show"):
        render.layers(RANDOM_TASK)


def test_the_claims_of_a_snippet() -> None:
    assert render.claims(RECORD) == (
        "- The output is one number for each sample. `test_one_number_a_sample`\n"
        "- Every output lies in `[0, 1]`. `test_it_is_a_probability`"
    )


def test_a_claim_may_have_any_mark_in_it() -> None:
    claims = (Claim("test_x", "2 * 3 < 7 | yes"),)
    assert render.claims(replace(RECORD, claims=claims)) == ("- 2 \\* 3 &lt; 7 &#124; yes `test_x`")


def test_a_snippet_without_claims_says_so() -> None:
    assert render.claims(replace(RECORD, claims=())) == "No claims."


def test_the_mistakes_of_a_snippet() -> None:
    assert (
        render.mistakes(RECORD)
        == """\
The target has one column, not two.

```python
model.fit(x, y_one_hot)
```

```text
ValueError: shapes (batch, 2) and (batch, 1) differ
```"""
    )


def test_the_fence_of_a_mistake_is_longer_than_any_inside() -> None:
    mistake = Mistake("m", "Wrong.", 'text = """\n```\n"""', "ValueError: ````")
    written = render.mistakes(replace(RECORD, mistakes=(mistake, mistake)))
    assert written.count("````python\n") == 2
    assert written.count("`````text\n") == 2


def test_a_snippet_without_mistakes_needs_no_block() -> None:
    with pytest.raises(SnippetError, match="has no mistakes to show"):
        render.mistakes(replace(RECORD, mistakes=()))

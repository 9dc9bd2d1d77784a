from msgspec.structs import replace

from shapesheet.ports import Port
from shapesheet.verified import sentences
from tests.examples import KEY, RECORD

JAX = Port(
    KEY, "0", {"backend": "jax", "keras": "3.15.1", "jax": "0.10.2", "jaxlib": "1"}, difference=1e-5
)
TORCH = Port(KEY, "0", {"backend": "torch", "keras": "3.15.1", "torch": "2.13.0"}, difference=1e-4)


def test_without_another_backend_it_is_tensorflow() -> None:
    assert sentences(RECORD, ()) == "Verified with Keras 3.15.1 on TensorFlow 2.21.0."


def test_all_backends_are_named_with_the_largest_difference() -> None:
    assert sentences(RECORD, (JAX, TORCH)) == (
        "Verified with Keras 3.15.1 on TensorFlow 2.21.0, JAX 0.10.2 and PyTorch 2.13.0; "
        "with the same weights, no output differs by more than 0.0001 of the largest."
    )


def test_outputs_that_were_not_compared_are_not_said_to_agree() -> None:
    assert sentences(RECORD, (replace(JAX, difference=None),)) == (
        "Verified with Keras 3.15.1 on TensorFlow 2.21.0 and JAX 0.10.2."
    )


def test_a_backend_that_can_not_run_it_is_named_with_the_reason() -> None:
    without = replace(TORCH, impossible="it has no <ragged> tensors.", difference=None)
    assert sentences(RECORD, (JAX, without)) == (
        "Verified with Keras 3.15.1 on TensorFlow 2.21.0 and JAX 0.10.2; "
        "with the same weights, no output differs by more than 0.00001 of the largest. "
        "PyTorch can't run it: it has no &lt;ragged> tensors."
    )


def test_a_record_without_a_backend_names_none() -> None:
    assert sentences(replace(RECORD, versions={"keras": "3.15.1"}), ()) == (
        "Verified with Keras 3.15.1."
    )

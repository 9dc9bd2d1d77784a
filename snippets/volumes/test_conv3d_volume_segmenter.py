"""Claims about the Conv3D volume segmenter."""

import keras
import numpy as np
import pytest

from snippets.volumes.conv3d_volume_segmenter import conv3d_volume_segmenter


def balls(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return volumes, noisy and centred, with a ball in each, and the voxels of the ball."""
    generator = np.random.default_rng(0)
    grid = np.stack(np.indices((10, 10, 10)), axis=-1)
    centres = generator.uniform(3.5, 5.5, size=(count, 1, 1, 1, 3))
    y = np.linalg.norm(grid - centres, axis=-1)[..., None] < 4.5
    return y - 0.5 + generator.normal(0, 1.1, size=y.shape), y.astype("float32")


def test_it_learns_to_find_a_ball_in_noise() -> None:
    """After twelve steps it finds balls in noise with an IoU above 0.7, a threshold below 0.5."""
    x, y = balls(104)
    model = conv3d_volume_segmenter(depth=10, height=10, width=10)
    model.run_eagerly = True
    model.optimizer.learning_rate = 0.005
    model.fit(x[:96], y[:96], batch_size=8, verbose=0)
    overlap = keras.metrics.BinaryIoU(target_class_ids=[1])(y[96:], model(x[96:]))
    alone = keras.metrics.BinaryIoU(target_class_ids=[1])(y[96:], x[96:] > 0)
    assert overlap > 0.7
    assert alone < 0.5


def test_nothing_found_has_a_good_accuracy() -> None:
    """Where one voxel in a hundred is looked for, finding none is 99% accurate; its IoU is 0."""
    truth = np.zeros((1, 10, 10, 10, 1), "float32")
    truth[0, 0, 0] = 1
    none = np.zeros_like(truth)
    assert np.isclose(keras.metrics.BinaryAccuracy()(truth, none), 0.99)
    assert keras.metrics.BinaryIoU(target_class_ids=[1])(truth, none) == 0


def test_a_voxel_sees_ten_voxels_along_each_axis() -> None:
    """The answer for a voxel depends on a cube of 10 · 10 · 10 voxels around it."""
    model = conv3d_volume_segmenter(depth=16, height=16, width=16)
    x = np.random.default_rng(0).normal(size=(16, 16, 16, 1)).astype("float32")
    planes = np.eye(16, dtype="float32")
    for axis in range(3):
        # Volume i has another plane i.
        volumes = x + np.expand_dims(planes, [each + 1 for each in range(4) if each != axis])
        voxels = np.array(model(volumes))[:, 8, 8, 8, 0]
        seen = np.flatnonzero(np.abs(voxels - voxels[0]) > 1e-7)
        assert seen[-1] - seen[0] + 1 == 10


def test_the_weights_fit_volumes_of_any_even_size() -> None:
    """The weights learned on small cut-outs fit the whole volume: no parameter knows the size."""
    part, whole = conv3d_volume_segmenter(8, 8, 8), conv3d_volume_segmenter(40, 20, 30)
    whole.set_weights(part.get_weights())
    assert whole.count_params() == part.count_params()


def test_its_parameters_are_few() -> None:
    """It has 8,897 parameters: 27·8 + 8, 27·8·16 + 16, 27·24·8 + 8 and, for the answer, 8 + 1."""
    model = conv3d_volume_segmenter()
    counts = [layer.count_params() for layer in model.layers if layer.weights]
    assert counts == [27 * 8 + 8, 27 * 8 * 16 + 16, 27 * 24 * 8 + 8, 8 + 1]
    assert model.count_params() == 8897


def test_all_but_the_last_convolution_end_in_a_relu() -> None:
    """The three Conv3D with kernels over 3 · 3 · 3 voxels end in a ReLU, the last in a sigmoid."""
    found = [layer.activation for layer in conv3d_volume_segmenter().layers if layer.weights]
    assert found == [keras.activations.relu] * 3 + [keras.activations.sigmoid]


def test_the_mask_moves_with_the_volume() -> None:
    """Moved by two voxels, what the pooling halves, a blob has the same mask at its new place."""
    x = np.zeros((2, 24, 24, 24, 1), "float32")
    blob = np.random.default_rng(0).normal(size=(4, 4, 4, 1))
    x[0, 8:12, 8:12, 8:12] = x[1, 10:14, 8:12, 8:12] = blob
    here, there = np.array(conv3d_volume_segmenter(24, 24, 24)(x))
    np.testing.assert_allclose(here[2:20], there[4:22], atol=1e-6)


def test_a_softmax_over_one_channel_says_yes_everywhere() -> None:
    """A softmax over one channel is 1 in every voxel, with no more than a warning."""
    scores = np.random.default_rng(0).normal(size=(2, 4, 4, 4, 1))
    with pytest.warns(UserWarning, match="axis has size 1"):
        np.testing.assert_array_equal(keras.ops.softmax(scores), 1)


def mistake_an_odd_number_of_slices() -> None:
    """Pooling leaves 7 of 15 slices, doubled they are 14: pad the volume to an even size."""
    conv3d_volume_segmenter(depth=15)


def mistake_one_answer_for_a_volume() -> None:
    """The target is a volume of zeros and ones: for one answer a volume, take the classifier."""
    model = conv3d_volume_segmenter(4, 4, 4)
    model.fit(np.zeros((2, 4, 4, 4, 1)), np.array([0, 1]), verbose=0)

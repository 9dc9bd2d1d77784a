"""What the page of corrections says and no claim of a snippet shows."""

import ast
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.utils.class_weight import compute_class_weight

from shapesheet import backend

keras = backend.start()
layers, ops = keras.layers, keras.ops

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "en" / "corrections.md"
OF_THE_PAGE = "test_the_page_"


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.set_random_seed(0)


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def compiled(*stack: object, loss: object = "mse", rate: float = 0.1) -> object:
    model = keras.Sequential(list(stack))
    model.compile(keras.optimizers.SGD(float(rate)), loss, run_eagerly=True)
    return model


# Heads and losses


def half_squares(target: object, output: object) -> object:
    return ops.sum((target - output) ** 2, axis=-1) / 2


def step_of_the_scores(loss: object) -> np.ndarray:
    """Return how one step moves the scores 10, 0, 0, 0 when the third class is right."""
    model = compiled(keras.Input((1,)), layers.Dense(4), layers.Softmax(), loss=loss, rate=1)
    scores = np.array([10, 0, 0, 0])
    model.layers[0].set_weights([np.zeros((1, 4)), scores])
    model.train_on_batch(np.zeros((1, 1)), np.array([[0, 0, 1, 0]]))
    return np.array(model.layers[0].bias) - scores


def test_half_of_the_squares_falls_from_055_to_006() -> None:
    target = np.array([0, 0, 1, 0])
    before, after = np.array([0.2, 0.4, 0.1, 0.3]), np.array([0.1, 0.1, 0.7, 0.1])
    assert float(half_squares(target, before)) == pytest.approx(0.55)
    assert float(half_squares(target, after)) == pytest.approx(0.06)


def test_squares_over_softmax_hardly_mend_a_sure_mistake() -> None:
    assert np.abs(step_of_the_scores(half_squares)).max() < 0.001
    np.testing.assert_allclose(
        step_of_the_scores("categorical_crossentropy"), [-1, 0, 1, 0], atol=0.001
    )


def test_one_dense_unit_with_mse_is_linear_regression() -> None:
    x, y = normal(20, 3), normal(23, 1)[3:]
    solution = np.linalg.lstsq(np.hstack([x, np.ones((20, 1))]), y, rcond=None)[0]
    model = compiled(keras.Input((3,)), layers.Dense(1))
    model.set_weights([solution[:3], solution[3]])
    best = model.train_on_batch(x, y)
    np.testing.assert_allclose(model.get_weights()[0], solution[:3], atol=1e-6)
    assert best < np.var(y)


def test_sequential_takes_no_second_input_and_no_skip() -> None:
    with pytest.raises(ValueError, match="already been configured"):
        keras.Sequential([keras.Input((4,)), keras.Input((4,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="merge layer should be called on a list"):
        keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.Add()])


# Convolution and pooling


def test_reflection_padding_adds_no_zeros() -> None:
    row = np.array([1, 2, 3, 4])
    np.testing.assert_array_equal(ops.pad(row, [(2, 2)], mode="reflect"), [3, 2, 1, 2, 3, 4, 3, 2])


def test_global_pooling_takes_the_mean_or_the_largest() -> None:
    maps = normal(1, 5, 6, 3)
    mean, largest = layers.GlobalAveragePooling2D()(maps), layers.GlobalMaxPooling2D()(maps)
    np.testing.assert_allclose(mean, maps.mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_array_equal(largest, maps.max(axis=(1, 2)))


def two_parts(left: np.ndarray, right: np.ndarray, apart: int) -> np.ndarray:
    image = np.zeros((1, 20, 40, 1), "float32")
    image[0, 8:10, 10:12, 0], image[0, 8:10, 10 + apart : 12 + apart, 0] = left, right
    return image


def test_moved_parts_matter_within_what_a_place_sees() -> None:
    convolution, pooling = layers.Conv2D(8, 5, activation="relu"), layers.GlobalMaxPooling2D()
    eye, mouth = normal(2, 2, 2)
    near, far = (
        [
            np.array(pooling(convolution(two_parts(*parts, apart))))
            for parts in ((eye, mouth), (mouth, eye))
        ]
        for apart in (2, 10)
    )
    assert np.abs(near[0] - near[1]).max() > 0.01
    np.testing.assert_allclose(*far, atol=1e-6)


def test_a_turned_image_gives_other_features() -> None:
    convolution, pooling = layers.Conv2D(8, 3), layers.GlobalMaxPooling2D()
    image = normal(1, 12, 12, 1)
    turned = np.rot90(image, axes=(1, 2))
    straight = np.array(pooling(convolution(image)))
    assert np.abs(straight - np.array(pooling(convolution(turned)))).max() > 0.1
    convolution.kernel.assign(np.rot90(convolution.kernel, axes=(0, 1)))
    np.testing.assert_allclose(straight, pooling(convolution(turned)), atol=1e-5)


def test_keras_has_no_octave_capsule_or_rbf_layer() -> None:
    names = " ".join(dir(layers)).lower()
    assert not [word for word in ("octave", "capsule", "rbf", "weightedaverage") if word in names]


# Separable and octave convolutions


def test_octave_convolution_keeps_the_weights_and_saves_work() -> None:
    """Half of 16 channels stay at 8 × 8, the others are kept at 4 × 4."""
    high, low = normal(1, 8, 8, 8), normal(1, 4, 4, 8)
    kernels = [layers.Conv2D(8, 3, padding="same", use_bias=False) for _ in range(4)]
    halve, double = layers.AveragePooling2D(2), layers.UpSampling2D(2)
    made = [kernel(x) for kernel, x in zip(kernels, (high, halve(high), low, low), strict=True)]
    assert (made[0] + double(made[2])).shape == high.shape
    assert (made[1] + made[3]).shape == low.shape
    work = [
        kernel.count_params() * x.shape[1] * x.shape[2]
        for kernel, x in zip(kernels, made, strict=True)
    ]
    plain = 3 * 3 * 16 * 16
    assert sum(kernel.count_params() for kernel in kernels) == plain
    assert sum(work) == 0.4375 * plain * 8 * 8


# Residual networks and other blocks


def branch(x: object, *, first: bool) -> tuple[object, list[object]]:
    """Return two convolutions of x, normalised and activated before (first) or after each."""
    used = []
    for last in (False, True):
        convolution = layers.Conv2D(x.shape[-1], 3, padding="same")
        if first:
            x = layers.ReLU()(layers.BatchNormalization()(x))
        x = convolution(x)
        if not first:
            x = layers.BatchNormalization()(x)
            x = x if last else layers.ReLU()(x)
        used.append(convolution)
    return x, used


def at_zero(*, first: bool) -> object:
    """Return a residual block whose second convolution is zero."""
    inputs = keras.Input((6, 6, 4))
    outputs, used = branch(inputs, first=first)
    outputs = layers.Add()([inputs, outputs])
    model = keras.Model(inputs, outputs if first else layers.ReLU()(outputs))
    used[-1].set_weights([0 * weight for weight in used[-1].get_weights()])
    return model


def test_a_residual_block_at_zero_is_a_relu() -> None:
    x = normal(2, 6, 6, 4)
    np.testing.assert_allclose(at_zero(first=False)(x), np.maximum(x, 0))


def test_a_pre_activation_block_at_zero_is_the_identity() -> None:
    x = normal(2, 6, 6, 4)
    np.testing.assert_allclose(at_zero(first=True)(x), x)


def test_a_skip_adds_no_penalty() -> None:
    inputs = keras.Input((4,))
    for penalty in (None, keras.regularizers.L2(0.1)):
        dense = layers.Dense(4, kernel_regularizer=penalty)
        model = keras.Model(inputs, layers.Add()([inputs, dense(inputs)]))
        assert len(model.losses) == (penalty is not None)


def test_at_zero_a_layer_forgets_and_a_residual_one_passes_on() -> None:
    x, dense = normal(2, 4), layers.Dense(4, kernel_initializer="zeros")
    np.testing.assert_array_equal(dense(x), np.zeros((2, 4)))
    np.testing.assert_array_equal(layers.Add()([x, dense(x)]), x)


def test_adding_keeps_channels_and_concatenating_adds_them_up() -> None:
    x, fresh = normal(1, 6, 6, 8), layers.Conv2D(8, 3, padding="same")
    assert layers.Add()([x, fresh(x)]).shape == (1, 6, 6, 8)
    for steps in range(1, 4):
        x = layers.Concatenate()([x, layers.Conv2D(8, 3, padding="same")(x)])
        assert x.shape == (1, 6, 6, 8 + 8 * steps)


def test_a_1x1_convolution_fits_a_shortcut() -> None:
    x, down = normal(1, 8, 8, 8), layers.Conv2D(16, 3, strides=2, padding="same")
    with pytest.raises(ValueError, match="incompatible shapes"):
        layers.Add()([x, down(x)])
    assert layers.Add()([layers.Conv2D(16, 1, strides=2)(x), down(x)]).shape == (1, 4, 4, 16)


# Regularisation and normalisation


def test_l2_adds_lambda_times_the_sum_of_squares_without_a_half() -> None:
    layer = layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.01))
    layer(normal(1, 5))
    squares = (np.array(layer.kernel) ** 2).sum()
    np.testing.assert_allclose(layer.losses, [0.01 * squares], rtol=1e-5)


def test_l2_shrinks_weights_by_the_same_factor_each_step() -> None:
    model = compiled(keras.Input((5,)), layers.Dense(3, kernel_regularizer=keras.regularizers.L2()))
    before = np.array(model.layers[0].kernel)
    model.train_on_batch(np.zeros((1, 5)), np.zeros((1, 3)))
    np.testing.assert_allclose(model.layers[0].kernel, (1 - 2 * 0.1 * 0.01) * before, rtol=1e-5)


def errors(penalty: float) -> tuple[float, float]:
    """Return the mean squared errors of ridge regression on 15 training and 1000 test samples."""
    random = np.random.default_rng(0)
    x = random.normal(size=(1015, 12))
    y = x[:, 0] + random.normal(size=1015)
    known, answers = x[:15], y[:15]
    weights = np.linalg.solve(known.T @ known + penalty * np.eye(12), known.T @ answers)
    squares = (x @ weights - y) ** 2
    return squares[:15].mean(), squares[15:].mean()


def test_l2_narrows_the_gap_and_does_not_close_it() -> None:
    (train, test), (train_l2, test_l2), (train_much, test_much) = map(errors, (0, 5, 1000))
    assert train < train_l2 < test_l2 < test
    assert train_much > train_l2
    assert test_much > test_l2


def test_batch_normalization_rescales_what_it_standardised() -> None:
    layer, x = layers.BatchNormalization(), 5 + 3 * normal(200, 4)
    standard = np.array(layer(x, training=True))
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(standard.std(axis=0), 1, atol=1e-3)
    layer.gamma.assign([2, 2, 2, 2])
    layer.beta.assign([7, 7, 7, 7])
    np.testing.assert_allclose(layer(x, training=True), 2 * standard + 7, rtol=1e-5)


def test_batch_normalization_predicts_with_its_moving_averages() -> None:
    layer, x = layers.BatchNormalization(), 5 + 3 * normal(200, 4)
    np.testing.assert_allclose(layer(x), x / np.sqrt(1 + 1e-3), rtol=1e-5)
    layer.moving_mean.assign(x.mean(axis=0))
    layer.moving_variance.assign(x.var(axis=0))
    np.testing.assert_allclose(layer(x), layer(x, training=True), atol=1e-5)
    np.testing.assert_allclose(layer(x[:1]), layer(x)[:1], atol=1e-6)


# Recurrent networks


def echo_after_50_steps(factor: float) -> float:
    """Return how long a first state of length 1 is after 50 linear steps."""
    layer = layers.SimpleRNN(3, activation="linear")
    layer.build((1, 50, 1))
    turn = np.linalg.qr(normal(3, 3))[0]
    layer.set_weights([np.zeros((1, 3)), factor * turn, np.zeros(3)])
    start = np.array([[1, 0, 0]], "float32")
    return float(np.linalg.norm(layer(np.zeros((1, 50, 1)), initial_state=[start])))


def test_recurrent_weights_decide_what_fades() -> None:
    assert echo_after_50_steps(0.5) < 1e-14
    assert echo_after_50_steps(1) == pytest.approx(1, rel=1e-3)
    assert echo_after_50_steps(1.5) > 1e8


def cell_after_50_steps(forget: float) -> float:
    """Return what is left of a 1 in the cell when nothing comes in."""
    layer = layers.LSTM(1, return_state=True)
    layer.build((1, 50, 1))
    layer.set_weights([np.zeros((1, 4)), np.zeros((1, 4)), np.array([0, forget, 0, 0])])
    start = [np.zeros((1, 1), "float32"), np.ones((1, 1), "float32")]
    return float(layer(np.zeros((1, 50, 1)), initial_state=start)[2][0, 0])


def test_an_lstm_keeps_its_cell_while_the_forget_gate_is_open() -> None:
    assert cell_after_50_steps(20) == pytest.approx(1)
    assert cell_after_50_steps(1) < 1e-6


def test_keras_has_more_than_three_recurrent_layers() -> None:
    cells = [layers.LSTMCell(4), layers.GRUCell(3)]
    assert layers.RNN(cells)(normal(2, 5, 6)).shape == (2, 3)
    assert layers.StackedRNNCells(cells).output_size == 3
    assert layers.ConvLSTM1D(4, 3)(normal(2, 5, 8, 3)).shape == (2, 6, 4)
    assert layers.ConvLSTM2D(4, 3)(normal(2, 5, 8, 8, 3)).shape == (2, 6, 6, 4)
    assert layers.ConvLSTM3D(4, 3)(normal(2, 5, 4, 4, 4, 3)).shape == (2, 2, 2, 2, 4)
    assert layers.Bidirectional(layers.GRU(4))(normal(2, 5, 6)).shape == (2, 8)


# Sequences, masking and padding


def test_a_mask_keeps_padding_out_of_the_loss() -> None:
    lstm = layers.LSTM(3, return_sequences=True)
    x, y = normal(2, 3, 2), normal(2, 3, 1)
    padded = np.pad(x, [(0, 0), (0, 4), (0, 0)])
    wrong = np.pad(y, [(0, 0), (0, 4), (0, 0)], constant_values=100)
    head = layers.Dense(1)
    masked = compiled(keras.Input((None, 2)), layers.Masking(), lstm, head)
    unmasked = compiled(keras.Input((None, 2)), lstm, head)
    expected = masked.test_on_batch(x, y)
    assert masked.evaluate(padded, wrong, verbose=0) == pytest.approx(expected)
    assert unmasked.evaluate(padded, wrong, verbose=0) > 1000 * expected
    assert masked.train_on_batch(padded, wrong) == pytest.approx(expected)


def test_time_distributed_calls_its_layer_once_a_step() -> None:
    shapes = []

    class Watched(layers.Dense):
        def call(self, x: object, training: object = None) -> object:
            shapes.append(x.shape)
            return super().call(x, training=training)

    wrapper = layers.TimeDistributed(Watched(3))
    wrapper.build((2, 7, 4))
    shapes.clear()
    wrapper(normal(2, 7, 4))
    assert shapes == [(2, 4)] * 7


# Training and data


def test_a_batch_moves_weights_by_the_mean_of_its_samples() -> None:
    x, y = normal(8, 3), normal(9, 1)[1:]
    model = compiled(keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(1))
    start = model.get_weights()

    def moved(rows: slice) -> list[np.ndarray]:
        model.set_weights(start)
        model.train_on_batch(x[rows], y[rows])
        return [new - old for new, old in zip(model.get_weights(), start, strict=True)]

    single = [moved(slice(row, row + 1)) for row in range(8)]
    for whole, *each in zip(moved(slice(8)), *single, strict=True):
        np.testing.assert_allclose(whole, np.mean(each, axis=0), atol=1e-6)


class Prototypes(layers.Layer):
    """Units that answer by their distance to a prototype."""

    def build(self, shape: tuple[int, ...]) -> None:
        self.prototypes = self.add_weight(shape=(2, shape[-1]))

    def call(self, x: object) -> object:
        return ops.exp(-ops.sum((x[:, None] - self.prototypes) ** 2, axis=-1))


def test_a_prototype_need_not_be_a_training_sample() -> None:
    x = normal(30, 2)
    centres = KMeans(2, n_init=1, random_state=0).fit(x).cluster_centers_.astype("float32")
    assert not any(np.allclose(centre, row) for centre in centres for row in x)
    units = Prototypes()
    model = compiled(keras.Input((2,)), units, layers.Dense(1))
    units.set_weights([centres])
    np.testing.assert_allclose(np.diagonal(units(centres)), 1)
    model.train_on_batch(x, x[:, :1])
    assert np.abs(np.array(units.prototypes) - centres).min() > 0


# Imbalance


def rare() -> tuple[np.ndarray, np.ndarray]:
    """Return ten samples of which the last two are of the rare class."""
    return normal(10, 3), np.array([0] * 8 + [1] * 2)


def test_balanced_weights_are_n_over_k_times_the_count() -> None:
    _, y = rare()
    weights = 10 / (2 * np.bincount(y))
    np.testing.assert_allclose(weights, compute_class_weight("balanced", classes=np.unique(y), y=y))
    assert weights.tolist() == [0.625, 2.5]
    assert weights[y].sum() == 10


def yes_or_no(rate: float = 0.1) -> object:
    return compiled(keras.Input((3,)), layers.Dense(1, activation="sigmoid"), loss="bce", rate=rate)


def test_class_weight_is_a_sample_weight_for_each_class() -> None:
    (x, y), model = rare(), yes_or_no(rate=0)
    by_class = model.train_on_batch(x, y, class_weight={0: 0.625, 1: 2.5})
    assert by_class == pytest.approx(model.test_on_batch(x, y, np.where(y, 2.5, 0.625)))


def test_repeating_rare_samples_is_weighting_them() -> None:
    x, y = rare()
    rows = np.concatenate([np.arange(8), np.repeat([8, 9], 4)])
    assert np.bincount(y[rows]).tolist() == [8, 8]
    model = yes_or_no()
    start = model.get_weights()
    model.train_on_batch(x[rows], y[rows])
    repeated = model.get_weights()
    model.set_weights(start)
    model.train_on_batch(x, y, class_weight={0: 0.625, 1: 2.5})
    for one, other in itertools.zip_longest(repeated, model.get_weights()):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_dividing_by_the_prior_is_moving_the_threshold() -> None:
    prior, rare_class = np.array([0.8, 0.2]), np.linspace(0.01, 0.99, 50)
    divided = np.stack([1 - rare_class, rare_class], axis=-1) / prior
    np.testing.assert_array_equal(divided.argmax(axis=-1) == 1, rare_class > 0.2)


# The page


def cited() -> set[str]:
    return set(re.findall(r"`(test_\w+)`", PAGE.read_text()))


def found_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_the_page_links_to_files_that_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", PAGE.read_text())
    assert links
    assert not [link for link in links if not (PAGE.parent / link).is_file()]


def test_the_page_names_tests_that_exist() -> None:
    files = [Path(__file__), *ROOT.glob("snippets/*/test_*.py")]
    assert not cited() - set().union(*map(found_in, files))


def test_the_page_names_every_test_of_this_file() -> None:
    here = {name for name in found_in(Path(__file__)) if not name.startswith(OF_THE_PAGE)}
    assert here <= cited()

"""Claims about the regressor for vectors."""

import keras
import numpy as np
import pytest
from keras import layers
from sklearn.datasets import load_breast_cancer

from snippets.dense.vector_regressor import vector_regressor


def test_squared_error_aims_at_the_mean_and_absolute_error_at_the_median() -> None:
    """Of all constant answers its loss, mse, is least at the targets' mean, mae at their median."""
    model = vector_regressor(num_features=1, num_values=1)
    model.run_eagerly = True
    targets = np.array([[0.0], [0], [1], [2], [97]])
    mse, mae = {}, {}
    model.set_weights([np.full(each.shape, 0.0) for each in model.get_weights()])
    for answer in (0.5, 1, 1.5, 19.5, 20, 20.5):
        model.layers[-1].bias.assign([answer])
        found = model.test_on_batch(np.zeros((5, 1)), targets, return_dict=True)
        mse[answer], mae[answer] = found["loss"], found["mae"]
    assert min(mse, key=mse.get) == targets.mean() == 20
    assert min(mae, key=mae.get) == np.median(targets) == 1


def test_three_values_cost_little_more_than_one() -> None:
    """One model for three values has 1,699 parameters, three models for one each have 4,899."""
    assert vector_regressor(num_values=3).count_params() == 1_699
    assert 3 * vector_regressor(num_values=1).count_params() == 4_899


def test_no_activation_bounds_its_values() -> None:
    """Its values are hW + b of 32 features h, max(0, xW + b) twice: nothing bounds them."""
    model = vector_regressor()
    generator = np.random.default_rng(0)
    model.set_weights([generator.normal(size=each.shape) for each in model.get_weights()])
    first, first_bias, second, second_bias, last, last_bias = model.get_weights()
    x = generator.normal(size=(8, 16)).astype("float32")
    h = np.maximum(x @ first + first_bias, 0)
    h = np.maximum(h @ second + second_bias, 0)
    values = h @ last + last_bias
    assert np.abs(values).max() > 10
    np.testing.assert_allclose(model(x), values, rtol=1e-3, atol=1e-3)


def test_the_value_with_the_largest_unit_rules_the_loss() -> None:
    """With equal relative errors, a value in thousands makes up over 99.99% of the mse."""
    targets = np.array([[1.0, 1.0, 1000.0]])
    squares = (targets - 0.9 * targets) ** 2
    loss = keras.losses.MeanSquaredError()(targets, 0.9 * targets)
    np.testing.assert_allclose(loss, squares.mean(), rtol=1e-5)
    assert squares[0, 2] / squares.sum() > 0.9999


def test_subtracting_a_column_from_flat_targets_makes_a_square() -> None:
    """NumPy subtracts (5, 1) from (5,) as (5, 5): perfect answers get an error of 4, not 0."""
    model = keras.Sequential([keras.Input((1,)), layers.Identity()])
    model.compile(loss="mse")
    model.run_eagerly = True
    y = np.arange(5.0)
    predicted = np.array(model(y[:, None]))
    assert (y - predicted).shape == (5, 5)
    assert np.mean((y - predicted) ** 2) == 4
    assert model.test_on_batch(y[:, None], y) == 0


def test_input_shape_on_a_layer_warns() -> None:
    """The old input_shape= on the first layer makes Keras warn: begin with keras.Input."""
    with pytest.warns(UserWarning, match="prefer using an `Input"):
        layers.Dense(32, input_shape=(16,))


def test_it_learns_three_measurements_of_a_tumour_from_the_others() -> None:
    """Four steps explain over half the variance of three measurements of held-out tumours."""
    x, _ = load_breast_cancer(return_X_y=True)
    x = (x - x[:400].mean(axis=0)) / x[:400].std(axis=0)
    values, features = x[:, [0, 6, 7]], np.delete(x, [0, 6, 7], axis=1)
    model = vector_regressor(num_features=27, num_values=3)
    model.optimizer.learning_rate = 0.01
    model.run_eagerly = True
    for _ in range(4):
        model.train_on_batch(features[:400], values[:400])
    errors = np.array(model(features[400:])) - values[400:]
    assert np.all(np.mean(errors**2, axis=0) < 0.5 * values[400:].var(axis=0))


def mistake_one_target_for_three_values() -> None:
    """One number a sample does not fit three units: end with Dense(1), or pass three."""
    loss = keras.losses.MeanSquaredError()
    loss(np.zeros(6), vector_regressor(num_values=3)(np.zeros((6, 16))))


def mistake_root_mean_squared_error_as_a_loss() -> None:
    """There is no loss named rmse: train with mse, and report RootMeanSquaredError."""
    model = vector_regressor()
    model.compile(optimizer="rmsprop", loss="rmse")
    model.fit(np.zeros((6, 16)), np.zeros((6, 3)), verbose=0)

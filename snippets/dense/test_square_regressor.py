"""Claims about the regressor for y = x²."""

import keras
import numpy as np

from snippets.dense.square_regressor import square_regressor

GRID = np.linspace(-1, 1, 201, dtype="float32")[:, None]


def trained(scale: float) -> keras.Model:
    """Return a model trained for 300 steps on 400 points between ``-scale`` and ``scale``."""
    model = square_regressor()
    x = scale * np.random.default_rng(0).uniform(-1, 1, (400, 1))
    for _ in range(300):
        model.train_on_batch(x, x**2)
    return model


def test_it_fits_inside_and_fails_outside() -> None:
    """Trained between -1 and 1, it is off by under 0.1 on average there; at 10 it says under 20."""
    model = trained(1)
    assert np.abs(np.array(model(GRID)) - GRID**2).mean() < 0.1
    assert np.array(model(np.array([[10.0]])))[0, 0] < 20


def test_one_large_error_costs_as_much_as_a_hundred_small_ones() -> None:
    """Being off by 10 costs 100 times the loss of being off by 1; of the metric, mae, 10 times."""
    model = square_regressor()
    model.run_eagerly = True
    model.set_weights([np.full(each.shape, 0.0) for each in model.get_weights()])
    small, large = (
        model.test_on_batch(np.zeros((1, 1)), np.array([[off]]), return_dict=True)
        for off in (1.0, 10.0)
    )
    np.testing.assert_allclose(large["loss"], 100 * small["loss"], rtol=1e-5)
    np.testing.assert_allclose(large["mae"], 10 * small["mae"], rtol=1e-5)


def test_numbers_far_from_one_are_not_learned() -> None:
    """Trained on -500 to 500 unscaled, it is over a quarter of the range off on average."""
    model = trained(500)
    errors = np.abs(np.array(model(500 * GRID)) - (500 * GRID) ** 2)
    assert errors.mean() > 0.25 * 500**2


def test_outside_its_last_kink_it_is_a_straight_line() -> None:
    """The curve is made of straight pieces: beyond the last of its eight kinks it is a line."""
    model = square_regressor()
    kernel, _ = model.layers[0].get_weights()
    bias = np.linspace(-1, 1, 8, dtype="float32")
    model.layers[0].bias.assign(bias)
    last = np.abs(-bias / kernel[0]).max()
    x = last * np.array([1, 2, 3, 4], "float32")
    for side in (x, -x):
        y = np.array(model(side[:, None]))[:, 0]
        np.testing.assert_allclose(np.diff(y, n=2), 0, atol=1e-4 * np.abs(y).max())


def test_early_stopping_can_put_the_best_weights_back() -> None:
    """EarlyStopping puts the best epoch's weights back only with restore_best_weights=True."""
    losses = {}
    for restore in (True, False):
        model = square_regressor()
        model.run_eagerly = True
        # The targets to validate on are what the untrained model says: training moves off them.
        validation = (GRID, np.array(model(GRID)))
        stop = keras.callbacks.EarlyStopping(patience=1, restore_best_weights=restore)
        fit = {"validation_data": validation, "callbacks": [stop], "batch_size": 201}
        history = model.fit(GRID, GRID + 5, epochs=9, verbose=0, **fit).history["val_loss"]
        assert len(history) == 2
        losses[restore] = model.test_on_batch(*validation, return_dict=True)["loss"] / min(history)
    np.testing.assert_allclose(losses[True], 1, rtol=1e-4)
    assert losses[False] > 1.5


def test_validation_split_takes_the_last_rows() -> None:
    """With validation_split and sorted x, the rows to validate on are the largest of x."""
    model = square_regressor()
    model.run_eagerly = True
    x = np.arange(10.0)[:, None]
    fit = {"validation_split": 0.2, "epochs": 1, "verbose": 0}
    found = model.fit(x, x**2, **fit).history["val_loss"]
    expected = model.test_on_batch(x[8:], x[8:] ** 2, return_dict=True)["loss"]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_summary_returns_nothing() -> None:
    """summary() prints by itself and returns None: print(model.summary()) adds a line None."""
    lines: list[str] = []
    assert square_regressor().summary(print_fn=lines.append) is None
    assert "Total params: 25" in "".join(lines)


def mistake_a_class_that_is_not_there() -> None:
    """The class is RMSprop; in lower case it is the text "rmsprop" for compile only."""
    keras.optimizers.rmsprop(learning_rate=0.01)


def mistake_the_old_name_of_the_learning_rate() -> None:
    """The old argument lr= is gone: write learning_rate=."""
    keras.optimizers.RMSprop(lr=0.01)


def mistake_lists_instead_of_arrays() -> None:
    """Lists of numbers are no arrays: pass np.array(...) of shape (batch, 1)."""
    square_regressor().fit([1.0, 2.0, 3.0], [1.0, 4.0, 9.0], verbose=0)

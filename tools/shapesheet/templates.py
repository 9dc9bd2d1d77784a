"""The text of a new snippet, its claims and its page; every placeholder asks to be replaced."""

from __future__ import annotations

SNIPPET = '''"""Replace this sentence: say in one line what the model does."""

import keras
from keras import layers


def {name}(num_features: int = 8, num_values: int = 2) -> keras.Model:
    """Replace this sentence: say what the builder returns.

    Shapes:
        input: (batch, num_features)
        output: (batch, num_values)
        target: (batch, num_values)

    Args:
        num_features: Number of input features.
        num_values: Number of values that are predicted.

    References:
        Replace this line: name where the architecture comes from.
    """
    model = keras.Sequential(
        [
            keras.Input((num_features,)),
            layers.Dense(16, activation="relu"),  # (batch, 16)
            layers.Dense(num_values),  # (batch, num_values)
        ]
    )
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


if __name__ == "__main__":
    {name}().summary()
'''

CLAIMS = '''"""Claims about {name}."""

from {package}.{family}.{name} import {name}


def test_the_output_grows_with_the_number_of_values() -> None:
    """Replace this claim: the model predicts as many values as it is asked for."""
    assert {name}(num_values=3).output_shape == (None, 3)


def test_the_parameters_follow_from_the_sizes() -> None:
    """Replace this claim: the model has 178 parameters at its defaults."""
    assert {name}().count_params() == (8 * 16 + 16) + (16 * 2 + 2)


def test_the_loss_is_the_squared_error() -> None:
    """Replace this claim: the model is trained on the squared error."""
    assert {name}().loss == "mse"
'''

PAGE = """---
tags: [replace these tags]
task: replace this task
---
# {title}

Replace this sentence: say what the model is for.

<!-- shapesheet: facts {family}/{name} -->
<!-- /shapesheet -->

**Use it when**

- Replace this point: say where it is the right choice.

**Look elsewhere when**

- Replace this point: say where another snippet is better.

```python title="{name}.py"
--8<-- "{family}/{name}.py"
```

## Layers

<!-- shapesheet: layers {family}/{name} -->
<!-- /shapesheet -->

## Verified claims

<!-- shapesheet: claims {family}/{name} -->
<!-- /shapesheet -->

## Head and loss

Replace this sentence: say why the last layer, the loss and the target go together.

## Knobs

- `num_features`: replace this point: say how to choose it.

## Where it comes from

Replace this line: name the book or paper.
"""

BUILDER = """
## Builder

::: {package}.{family}.{name}.{name}
"""

INDEX = """# {title}

Replace this sentence: say what the family has in common.

<!-- shapesheet: family {family} -->
<!-- /shapesheet -->
"""

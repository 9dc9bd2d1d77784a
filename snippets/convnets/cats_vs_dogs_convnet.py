"""Classify images into two classes with a small convnet trained from scratch."""

from functools import partial

import keras
from keras import layers


def cats_vs_dogs_convnet(height: int = 150, width: int = 150, channels: int = 3) -> keras.Model:
    """Return a compiled binary classifier for images.

    Shapes:
        input: (batch, height, width, channels) in [0, 1]
        output: (batch, 1) in [0, 1]
        target: (batch, 1) in {0, 1}
        where: height >= 22 and width >= 22

    Args:
        height: Height of the images in pixels.
        width: Width of the images in pixels.
        channels: 3 for colour images, 1 for grey ones.

    Raises:
        ValueError: The images are smaller than 22 by 22 pixels.

    References:
        Chollet, Building powerful image classification models using very little data (2016).
    """
    conv = partial(layers.Conv2D, kernel_size=3, activation="relu")
    model = keras.Sequential(
        [
            keras.Input((height, width, channels)),  # (batch, height, width, channels)
            conv(32),  # (batch, height - 2, width - 2, 32)
            layers.MaxPooling2D(2),  # (batch, (height - 2) // 2, (width - 2) // 2, 32)
            conv(32),  # (batch, (height - 6) // 2, (width - 6) // 2, 32)
            layers.MaxPooling2D(2),  # (batch, (height - 6) // 4, (width - 6) // 4, 32)
            conv(64),  # (batch, (height - 14) // 4, (width - 14) // 4, 64)
            layers.MaxPooling2D(2),  # (batch, (height - 14) // 8, (width - 14) // 8, 64)
            layers.Flatten(),  # (batch, ((height - 14) // 8) * ((width - 14) // 8) * 64)
            layers.Dense(64, activation="relu"),  # (batch, 64)
            layers.Dropout(0.5),  # (batch, 64)
            layers.Dense(1, activation="sigmoid"),  # (batch, 1)
        ]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    cats_vs_dogs_convnet().summary()

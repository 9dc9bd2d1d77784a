"""Turn images into feature maps with three convolutions and three poolings."""

from functools import partial

import keras
from keras import layers


def convnet_trunk(height: int = 150, width: int = 150, channels: int = 3) -> keras.Model:
    """Return a convolutional trunk: it has no head and is not compiled.

    Shapes:
        input: (batch, height, width, channels) in [0, 1]
        output: (batch, (height - 14) // 8, (width - 14) // 8, 64) in [0, inf)
        where: height >= 22 and width >= 22

    Args:
        height: Height of the images in pixels.
        width: Width of the images in pixels.
        channels: 3 for colour images, 1 for grey ones.

    Raises:
        ValueError: The images are smaller than 22 by 22 pixels.

    References:
        LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document
        recognition (1998).
    """
    conv = partial(layers.Conv2D, kernel_size=3, activation="relu")
    return keras.Sequential(
        [
            keras.Input((height, width, channels)),  # (batch, height, width, channels)
            conv(32),  # (batch, height - 2, width - 2, 32)
            layers.MaxPooling2D(2),  # (batch, (height - 2) // 2, (width - 2) // 2, 32)
            conv(32),  # (batch, (height - 6) // 2, (width - 6) // 2, 32)
            layers.MaxPooling2D(2),  # (batch, (height - 6) // 4, (width - 6) // 4, 32)
            conv(64),  # (batch, (height - 14) // 4, (width - 14) // 4, 64)
            layers.MaxPooling2D(2),  # (batch, (height - 14) // 8, (width - 14) // 8, 64)
        ]
    )


if __name__ == "__main__":
    convnet_trunk().summary()

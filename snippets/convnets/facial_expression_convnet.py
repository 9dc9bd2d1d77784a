"""Classify facial expressions with one convolution, learned slopes and a wide Dense layer."""

import keras
from keras import layers


def facial_expression_convnet(
    height: int = 48, width: int = 48, channels: int = 3, num_classes: int = 7
) -> keras.Model:
    """Return a compiled classifier that flattens its feature map.

    Shapes:
        input: (batch, height, width, channels) in [0, 1]
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: height >= 4 and width >= 4 and num_classes >= 2

    Args:
        height: Height of the images in pixels.
        width: Width of the images in pixels.
        channels: 3 for colour images, 1 for grey ones.
        num_classes: Number of expressions.

    References:
        He, Zhang, Ren and Sun, Delving deep into rectifiers (2015), arXiv:1502.01852.
        Ioffe and Szegedy, Batch normalization (2015), arXiv:1502.03167.
    """
    # Keras's momentum of 0.99 needs hundreds of steps before the averages are those of the data.
    model = keras.Sequential(
        [
            keras.Input((height, width, channels)),  # (batch, height, width, channels)
            layers.Conv2D(32, 3),  # (batch, height - 2, width - 2, 32)
            layers.BatchNormalization(momentum=0.9),  # (batch, height - 2, width - 2, 32)
            layers.PReLU(),  # (batch, height - 2, width - 2, 32)
            layers.MaxPooling2D(2),  # (batch, (height - 2) // 2, (width - 2) // 2, 32)
            layers.Flatten(),  # (batch, ((height - 2) // 2) * ((width - 2) // 2) * 32)
            layers.Dense(256),  # (batch, 256)
            layers.BatchNormalization(momentum=0.9),  # (batch, 256)
            layers.PReLU(),  # (batch, 256)
            layers.Dropout(0.5),  # (batch, 256)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    facial_expression_convnet().summary()

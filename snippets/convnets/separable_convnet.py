"""Classify images with depthwise separable convolutions and global average pooling."""

import keras
from keras import layers


def separable_convnet(
    height: int = 64, width: int = 64, channels: int = 3, num_classes: int = 10
) -> keras.Model:
    """Return a compiled image classifier built of separable convolutions.

    Shapes:
        input: (batch, height, width, channels) in [0, 1]
        output: (batch, num_classes) probabilities
        target: (batch, num_classes) one-hot
        where: height >= 32 and width >= 32 and num_classes >= 2

    Args:
        height: Height of the images in pixels.
        width: Width of the images in pixels.
        channels: 3 for colour images, 1 for grey ones.
        num_classes: Number of classes, of which each image has one.

    Raises:
        ValueError: The images are smaller than 32 by 32 pixels.

    References:
        Chollet, Deep Learning with Python (2017), section 9.1.
        Chollet, Xception (2017), arXiv:1610.02357.
    """

    def conv(filters: int) -> layers.Layer:
        # Each depthwise filter sees one channel, but Keras's default counts all of them as its
        # inputs: the features would shrink at every layer until nothing is learned.
        start = keras.initializers.VarianceScaling(mode="fan_out")
        return layers.SeparableConv2D(filters, 3, activation="relu", depthwise_initializer=start)

    model = keras.Sequential(
        [
            keras.Input((height, width, channels)),  # (batch, height, width, channels)
            conv(32),  # (batch, height - 2, width - 2, 32)
            conv(64),  # (batch, height - 4, width - 4, 64)
            layers.MaxPooling2D(2),  # (batch, (height - 4) // 2, (width - 4) // 2, 64)
            conv(64),  # (batch, (height - 8) // 2, (width - 8) // 2, 64)
            conv(128),  # (batch, (height - 12) // 2, (width - 12) // 2, 128)
            layers.MaxPooling2D(2),  # (batch, (height - 12) // 4, (width - 12) // 4, 128)
            conv(64),  # (batch, (height - 20) // 4, (width - 20) // 4, 64)
            conv(128),  # (batch, (height - 28) // 4, (width - 28) // 4, 128)
            layers.GlobalAveragePooling2D(),  # (batch, 128)
            layers.Dense(32, activation="relu"),  # (batch, 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    separable_convnet().summary()

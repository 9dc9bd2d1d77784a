"""Classify a video clip: a Conv2D model looks at each frame, an LSTM at their order."""

import keras
from keras import layers


def framewise_conv2d_lstm(
    frames: int = 8, height: int = 32, width: int = 32, num_classes: int = 5
) -> keras.Model:
    """Return a compiled single-label classifier for clips in colour.

    Shapes:
        input: (batch, frames, height, width, 3) in [0, 1]
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: height >= 8 and width >= 8

    Args:
        frames: Frames in a clip.
        height: Rows of a frame.
        width: Columns of a frame.
        num_classes: Number of classes.

    Raises:
        ValueError: Frames have fewer than eight rows or columns.

    References:
        Donahue et al., Long-term Recurrent Convolutional Networks (2015), arXiv:1411.4389.
    """
    # One frame; a trained image model without its last layer can stand here.
    frame_model = keras.Sequential(
        [
            keras.Input((height, width, 3)),
            layers.Conv2D(16, 3, activation="relu"),  # (batch, height - 2, width - 2, 16)
            layers.MaxPooling2D(2),  # (batch, height // 2 - 1, width // 2 - 1, 16)
            layers.Conv2D(32, 3, activation="relu"),  # (batch, height // 2 - 3, width // 2 - 3, 32)
            layers.GlobalMaxPooling2D(),  # (batch, 32)
        ]
    )
    model = keras.Sequential(
        [
            keras.Input((frames, height, width, 3)),
            layers.TimeDistributed(frame_model),  # (batch, frames, 32)
            layers.LSTM(32),  # (batch, 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    framewise_conv2d_lstm().summary()

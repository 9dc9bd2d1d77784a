"""Classify a video clip by how things move, with kernels over frames, height and width."""

import keras
from keras import layers


def conv3d_video_classifier(
    frames: int = 8, height: int = 32, width: int = 32, num_classes: int = 5
) -> keras.Model:
    """Return a compiled single-label classifier for short clips in colour.

    Shapes:
        input: (batch, frames, height, width, 3) in [0, 1]
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: frames >= 2 and height >= 4 and width >= 4

    Args:
        frames: Frames in a clip.
        height: Rows of a frame.
        width: Columns of a frame.
        num_classes: Number of classes.

    Raises:
        ValueError: A clip has one frame only, or frames of fewer than four rows or columns.

    References:
        Tran et al., Learning Spatiotemporal Features with 3D Convolutional Networks (2015),
        arXiv:1412.0767.
    """
    model = keras.Sequential(
        [
            keras.Input((frames, height, width, 3)),
            layers.Conv3D(16, 3, padding="same"),  # (batch, frames, height, width, 16)
            layers.ReLU(),  # (batch, frames, height, width, 16)
            # Frames are few, and the motion is between them: keep them all for the next layer.
            layers.MaxPooling3D((1, 2, 2)),  # (batch, frames, height // 2, width // 2, 16)
            layers.Conv3D(32, 3, padding="same"),  # (batch, frames, height // 2, width // 2, 32)
            layers.ReLU(),  # (batch, frames, height // 2, width // 2, 32)
            layers.MaxPooling3D(2),  # (batch, frames // 2, height // 4, width // 4, 32)
            layers.GlobalAveragePooling3D(),  # (batch, 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    conv3d_video_classifier().summary()

"""Classify a volume, such as a stack of slices of a scan, with Conv3D layers."""

import keras
from keras import layers


def conv3d_volume_classifier(
    depth: int = 16, height: int = 24, width: int = 24, num_classes: int = 4
) -> keras.Model:
    """Return a compiled single-label classifier for volumes with one value in each voxel.

    Shapes:
        input: (batch, depth, height, width, 1)
        output: (batch, num_classes) probabilities
        target: (batch,) int in [0, num_classes)
        where: depth >= 8 and height >= 8 and width >= 8

    Args:
        depth: Slices of a volume.
        height: Rows of a slice.
        width: Columns of a slice.
        num_classes: Number of classes.

    Raises:
        ValueError: A volume has fewer than eight slices, rows or columns.

    References:
        Maturana and Scherer, VoxNet: A 3D Convolutional Neural Network for Real-Time Object
        Recognition (2015).
    """
    model = keras.Sequential(
        [
            keras.Input((depth, height, width, 1)),
            layers.Conv3D(16, 3),  # (batch, depth - 2, height - 2, width - 2, 16)
            layers.ReLU(),  # (batch, depth - 2, height - 2, width - 2, 16)
            layers.MaxPooling3D(2),  # (batch, depth // 2 - 1, height // 2 - 1, width // 2 - 1, 16)
            layers.Conv3D(32, 3),  # (batch, depth // 2 - 3, height // 2 - 3, width // 2 - 3, 32)
            layers.ReLU(),  # (batch, depth // 2 - 3, height // 2 - 3, width // 2 - 3, 32)
            layers.GlobalAveragePooling3D(),  # (batch, 32)
            layers.Dense(num_classes, activation="softmax"),  # (batch, num_classes)
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    conv3d_volume_classifier().summary()

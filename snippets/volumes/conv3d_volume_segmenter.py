"""Decide for every voxel of a volume whether it belongs to what is looked for."""

from functools import partial

import keras
from keras import layers


def conv3d_volume_segmenter(depth: int = 16, height: int = 24, width: int = 24) -> keras.Model:
    """Return a compiled segmenter: one probability for every voxel.

    Shapes:
        input: (batch, depth, height, width, 1)
        output: (batch, depth, height, width, 1) in [0, 1]
        target: (batch, depth, height, width, 1) in {0, 1}
        where: depth % 2 == 0 and height % 2 == 0 and width % 2 == 0

    Args:
        depth: Slices of a volume, an even number.
        height: Rows of a slice, an even number.
        width: Columns of a slice, an even number.

    Raises:
        ValueError: A size is odd: halved and doubled again, it is one less.

    References:
        Milletari et al., V-Net (2016), arXiv:1606.04797: far deeper, with a loss for rare voxels.
    """
    conv = partial(layers.Conv3D, kernel_size=3, padding="same", activation="relu")
    inputs = keras.Input((depth, height, width, 1))
    fine = conv(8)(inputs)  # (batch, depth, height, width, 8)
    coarse = layers.MaxPooling3D(2)(fine)  # (batch, depth // 2, height // 2, width // 2, 8)
    coarse = conv(16)(coarse)  # (batch, depth // 2, height // 2, width // 2, 16)
    wide = layers.UpSampling3D(2)(coarse)  # (batch, depth, height, width, 16)
    # The pooled path knows the surroundings, the other one the exact place.
    both = layers.Concatenate()([fine, wide])  # (batch, depth, height, width, 24)
    both = conv(8)(both)  # (batch, depth, height, width, 8)
    outputs = layers.Conv3D(1, 1, activation="sigmoid")(both)  # (batch, depth, height, width, 1)
    model = keras.Model(inputs, outputs)
    overlap = keras.metrics.BinaryIoU(target_class_ids=[1], name="iou")
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=[overlap])
    return model


if __name__ == "__main__":
    conv3d_volume_segmenter().summary()

"""Transfer VGG19's convolutions and train one softmax layer on their averaged features."""

import keras
from keras import layers


def vgg19_global_pooling(
    height: int = 32, width: int = 32, num_classes: int = 10, weights: str | None = None
) -> keras.Model:
    """Return a compiled classifier with a small head on frozen convolutions.

    Shapes:
        input: (batch, height, width, 3) in [0, 255]
        output: (batch, num_classes) probabilities
        target: (batch, num_classes) one-hot
        where: height >= 32 and width >= 32 and num_classes >= 2
        height: 32, 64, 100
        width: 32, 75, 96

    Args:
        height: Height of the images in pixels.
        width: Width of the images in pixels.
        num_classes: Number of classes of the new task.
        weights: ``"imagenet"`` downloads the pretrained weights; ``None`` leaves them random.

    Raises:
        ValueError: The images are smaller than 32 by 32 pixels.

    References:
        Simonyan and Zisserman, Very deep convolutional networks (2014), arXiv:1409.1556.
        Lin, Chen and Yan, Network In Network (2013), arXiv:1312.4400.
    """
    base = keras.applications.VGG19(
        include_top=False, weights=weights, input_shape=(height, width, 3)
    )
    base.trainable = False

    image = keras.Input((height, width, 3))  # (batch, height, width, 3)
    x = keras.applications.vgg19.preprocess_input(image)  # (batch, height, width, 3)
    x = base(x)  # (batch, height // 32, width // 32, 512)
    x = layers.GlobalAveragePooling2D()(x)  # (batch, 512)
    # Few images make few steps: at Keras's 0.99 the averages would not arrive in them.
    x = layers.BatchNormalization(momentum=0.9)(x)  # (batch, 512)
    x = layers.Dropout(0.5)(x)  # (batch, 512)
    output = layers.Dense(num_classes, activation="softmax")(x)  # (batch, num_classes)
    model = keras.Model(image, output)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.001),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


if __name__ == "__main__":
    vgg19_global_pooling().summary()

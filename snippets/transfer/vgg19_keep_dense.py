"""Transfer VGG19 with its two Dense layers: only a new softmax layer on top is trained."""

import keras
from keras import layers


def vgg19_keep_dense(num_classes: int = 10, weights: str | None = None) -> keras.Model:
    """Return a compiled classifier on VGG19's last hidden layer, with VGG19 frozen.

    Shapes:
        input: (batch, 224, 224, 3) in [0, 255]
        output: (batch, num_classes) probabilities
        target: (batch, num_classes) one-hot
        where: num_classes >= 2
        heavy: VGG19 with its Dense layers has 139.6 million weights, half a gigabyte

    Args:
        num_classes: Number of classes of the new task.
        weights: ``"imagenet"`` downloads the pretrained weights; ``None`` leaves them random.

    References:
        Simonyan and Zisserman, Very deep convolutional networks (2014), arXiv:1409.1556.
        Yosinski et al., How transferable are features in deep neural networks? (2014),
        arXiv:1411.1792.
    """
    vgg19 = keras.applications.VGG19(weights=weights)
    base = keras.Model(vgg19.input, vgg19.get_layer("fc2").output, name="vgg19")
    base.trainable = False

    image = keras.Input((224, 224, 3))  # (batch, 224, 224, 3)
    x = keras.applications.vgg19.preprocess_input(image)  # (batch, 224, 224, 3)
    x = base(x)  # (batch, 4096)
    # Few images make few steps: at Keras's 0.99 the averages would not arrive in them.
    x = layers.BatchNormalization(momentum=0.9)(x)  # (batch, 4096)
    x = layers.Dropout(0.5)(x)  # (batch, 4096)
    output = layers.Dense(num_classes, activation="softmax")(x)  # (batch, num_classes)
    model = keras.Model(image, output)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.001),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


if __name__ == "__main__":
    vgg19_keep_dense().summary()

"""What people write for what: the tables of the operators that exchange one word."""

from __future__ import annotations

# The operator of each argument that is a size.
SIZES = {
    "units": "units",
    "output_dim": "units",
    "num_heads": "units",
    "key_dim": "units",
    "value_dim": "units",
    "filters": "filters",
    "depth_multiplier": "filters",
    "groups": "filters",
    "num_mel_bins": "filters",
    "kernel_size": "kernel size",
    "fft_length": "kernel size",
    "pool_size": "pool size",
    "size": "pool size",
    "strides": "strides",
    "sequence_stride": "strides",
    "dilation_rate": "dilation",
}
PADDINGS = {"same": "valid", "valid": "same", "causal": "same"}
ACTIVATIONS = {
    "relu": "tanh",
    "sigmoid": "softmax",
    "softmax": "sigmoid",
    "tanh": "relu",
    "gelu": "relu",
    "silu": "relu",
    "swish": "relu",
    "elu": "relu",
    "selu": "relu",
    "leaky_relu": "relu",
    "softplus": "relu",
    "exponential": "relu",
    "linear": "relu",
    "log_softmax": "softmax",
    "hard_sigmoid": "tanh",
}
LOSSES = {
    "binary_crossentropy": "categorical_crossentropy",
    "categorical_crossentropy": "binary_crossentropy",
    "sparse_categorical_crossentropy": "categorical_crossentropy",
    "mse": "mae",
    "mae": "mse",
    "mean_squared_error": "mean_absolute_error",
    "mean_absolute_error": "mean_squared_error",
    "huber": "mse",
    "BinaryCrossentropy": "CategoricalCrossentropy",
    "CategoricalCrossentropy": "BinaryCrossentropy",
    "SparseCategoricalCrossentropy": "CategoricalCrossentropy",
    "MeanSquaredError": "MeanAbsoluteError",
    "MeanAbsoluteError": "MeanSquaredError",
    "Huber": "MeanSquaredError",
}
MERGES = {"concat": "sum", "sum": "concat", "mul": "sum", "ave": "sum"}
# Layers and functions that merge tensors.
MERGED = {
    "add": "multiply",
    "Add": "Multiply",
    "multiply": "add",
    "Multiply": "Add",
    "average": "maximum",
    "Average": "Maximum",
    "maximum": "average",
    "Maximum": "Average",
    "subtract": "add",
    "Subtract": "Add",
    "concatenate": "add",
    "Concatenate": "Add",
}

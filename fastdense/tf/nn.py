"""Activations under TensorFlow's names."""

from fastdense.keras.activations import (  # noqa: F401
    elu,
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    swish,
    tanh,
)
from fastdense.keras.refused import DIFFERENTIATION, refusing

__getattr__ = refusing(
    "tf.nn",
    {
        DIFFERENTIATION: "softmax_cross_entropy_with_logits sigmoid_cross_entropy_with_logits "
        "sparse_softmax_cross_entropy_with_logits conv2d max_pool dropout batch_normalization",
    },
)

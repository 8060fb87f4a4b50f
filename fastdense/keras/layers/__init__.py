"""The layers that there are, and the names of those that there are not."""

from fastdense.keras.layers._activation import ELU, LeakyReLU, ReLU, Softmax
from fastdense.keras.layers._base import Layer
from fastdense.keras.layers._core import (
    Activation,
    Dense,
    Dropout,
    Flatten,
    Input,
    InputLayer,
    Reshape,
)
from fastdense.keras.layers._images import (
    AveragePooling2D,
    Conv2D,
    Convolution2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from fastdense.keras.layers._normalization import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
    Rescaling,
)
from fastdense.keras.refused import DIFFERENTIATION, RECURRENT, refusing

MaxPool2D = MaxPooling2D
AvgPool2D = AveragePool2D = AveragePooling2D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalAvgPool2D = GlobalAveragePool2D = GlobalAveragePooling2D
LAYERS = {
    cls.__name__: cls
    for cls in (
        Activation, AveragePooling2D, BatchNormalization, Conv2D, Dense, Dropout, ELU, Flatten,
        GlobalAveragePooling2D, GlobalMaxPooling2D, InputLayer, LayerNormalization, LeakyReLU,
        MaxPooling2D, Normalization, ReLU, Rescaling, Reshape, Softmax,
    )
}  # fmt: skip
__all__ = [*LAYERS, "Convolution2D", "Input", "Layer"]

_find = refusing(
    "keras.layers",
    {
        RECURRENT: "LSTM GRU SimpleRNN RNN Bidirectional TimeDistributed ConvLSTM2D LSTMCell "
        "GRUCell SimpleRNNCell StackedRNNCells CuDNNLSTM CuDNNGRU Masking",
        "embeddings are not there; one-hot columns are rows for Dense layers": "Embedding "
        "TextVectorization StringLookup IntegerLookup Hashing CategoryEncoding Discretization",
        DIFFERENTIATION: "Lambda",
        "models are chains of layers, and branches that meet again are not": "Add add Subtract "
        "subtract Multiply multiply Average average Maximum maximum Minimum minimum Concatenate "
        "concatenate Dot dot merge Merge",
        "of the layers of images there are Conv2D, pooling and normalization in two dimensions": (
            "Conv1D Conv3D Convolution1D Convolution3D Conv2DTranspose Deconvolution2D "
            "SeparableConv2D DepthwiseConv2D SeparableConv1D DepthwiseConv1D Conv1DTranspose "
            "MaxPooling1D MaxPool1D MaxPooling3D AveragePooling1D AveragePooling3D "
            "GlobalAveragePooling1D GlobalMaxPooling1D "
            "GlobalMaxPool1D ZeroPadding2D ZeroPadding1D Cropping2D Cropping1D UpSampling2D "
            "UpSampling1D LocallyConnected1D LocallyConnected2D SpatialDropout2D SpatialDropout1D "
            "Resizing CenterCrop RandomFlip RandomRotation RandomZoom RandomTranslation "
            "RandomContrast RandomBrightness RandomCrop RandomHeight RandomWidth"
        ),
        "attention is not there": "Attention MultiHeadAttention AdditiveAttention",
        "the engine does not have this layer": "GaussianNoise GaussianDropout AlphaDropout PReLU "
        "ThresholdedReLU Permute RepeatVector GroupNormalization UnitNormalization "
        "SpectralNormalization ActivityRegularization EinsumDense MaxoutDense Highway Wrapper",
    },
)


def __getattr__(name):
    return _find(name)

from fastdense.dataset import Data
from fastdense.diagnosis.answer import Diagnosis
from fastdense.diagnosis.diagnose import diagnose
from fastdense.errors import FastdenseError
from fastdense.layers.activate import Activation
from fastdense.layers.average_pool2d import AveragePool2D
from fastdense.layers.batch_normalization import BatchNormalization
from fastdense.layers.conv2d import Conv2D
from fastdense.layers.dense import Dense
from fastdense.layers.dropout import Dropout
from fastdense.layers.flatten import Flatten
from fastdense.layers.global_average_pool2d import GlobalAveragePool2D
from fastdense.layers.layer_normalization import LayerNormalization
from fastdense.layers.max_pool2d import MaxPool2D
from fastdense.layers.rescale import Rescale
from fastdense.many import train_many
from fastdense.model import Evaluation, Model
from fastdense.network import Network
from fastdense.objective import Objective
from fastdense.onnx import to_onnx
from fastdense.outcome import Thresholds
from fastdense.recipe import Recipe
from fastdense.reports.exports.tensorboard import to_tensorboard
from fastdense.reports.progress import ProgressBar
from fastdense.run import Run
from fastdense.runs import Runs
from fastdense.scaling import Scaling
from fastdense.sweeps.sweep import sweep
from fastdense.torch.conversion import Converted, from_torch
from fastdense.training import Report, Training, train

__all__ = [
    "Activation",
    "Rescale",
    "AveragePool2D",
    "BatchNormalization",
    "Conv2D",
    "Converted",
    "Data",
    "Dense",
    "Diagnosis",
    "Dropout",
    "Evaluation",
    "FastdenseError",
    "Flatten",
    "GlobalAveragePool2D",
    "LayerNormalization",
    "MaxPool2D",
    "Model",
    "Network",
    "Objective",
    "ProgressBar",
    "Recipe",
    "Report",
    "Run",
    "Runs",
    "Scaling",
    "Thresholds",
    "Training",
    "diagnose",
    "from_torch",
    "sweep",
    "to_onnx",
    "to_tensorboard",
    "train",
    "train_many",
]

__version__: str

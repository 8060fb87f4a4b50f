from fastdense.dataset import Data
from fastdense.diagnosis.answer import Diagnosis
from fastdense.diagnosis.diagnose import diagnose
from fastdense.errors import FastdenseError
from fastdense.layers.dense import Dense
from fastdense.layers.dropout import Dropout
from fastdense.many import train_many
from fastdense.model import Evaluation, Model
from fastdense.network import Network
from fastdense.outcome import Thresholds
from fastdense.recipe import Recipe
from fastdense.run import Run
from fastdense.runs import Runs
from fastdense.scaling import Scaling
from fastdense.sweeps.sweep import sweep
from fastdense.training import Report, Training, train

__all__ = [
    "Data",
    "Dense",
    "Diagnosis",
    "Dropout",
    "Evaluation",
    "FastdenseError",
    "Model",
    "Network",
    "Recipe",
    "Report",
    "Run",
    "Runs",
    "Scaling",
    "Thresholds",
    "Training",
    "diagnose",
    "sweep",
    "train",
    "train_many",
]

__version__: str

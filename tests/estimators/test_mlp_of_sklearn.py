"""scikit-learn's own tests of its MLPs, from its wheel, on the estimators here."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

# It calls `_loss_grad_lbfgs` of `MLPClassifier` with its own lists of activations, deltas and
# gradients.
OF_PRIVATE_METHODS = {"test_gradient"}
THEIRS = "from sklearn.neural_network import MLPClassifier, MLPRegressor\n"
OURS = "from fastdense.sklearn import DenseClassifier as MLPClassifier\n"
OURS += "from fastdense.sklearn import DenseRegressor as MLPRegressor\n"


def test_all_but_those_of_private_methods_pass(tmp_path):
    package = Path(find_spec("sklearn.neural_network").origin).parent
    source = (package / "tests" / "test_mlp.py").read_text()
    assert source.count(THEIRS) == 1
    (tmp_path / "test_mlp.py").write_text(source.replace(THEIRS, OURS))
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # none of this project's
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "sklearn.conftest", "-p"]
    command += ["no:cacheprovider", f"--junitxml={report}", "test_mlp.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert report.exists(), done.stderr
    cases = {case.get("name"): [*case] for case in ElementTree.parse(report).iter("testcase")}
    assert len(cases) >= 59
    assert {name for name, marks in cases.items() if marks} == OF_PRIVATE_METHODS, done.stdout

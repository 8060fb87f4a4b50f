"""A script for scikit-learn's MLPRegressor, of which one line is another: that of the import."""

from sklearn.datasets import load_diabetes
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# from sklearn.neural_network import MLPRegressor
from fastdense.sklearn import DenseRegressor as MLPRegressor

X, y = load_diabetes(return_X_y=True)
network = MLPRegressor(hidden_layer_sizes=(32, 16), tol=1, max_iter=2000, random_state=0)
model = make_pipeline(StandardScaler(), network)
print(f"R2 {cross_val_score(model, X, y, cv=5).mean():.2f}")

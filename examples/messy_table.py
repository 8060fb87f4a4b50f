"""From a messy CSV to a tuned ensemble: missing values, words, units of their own."""

from pathlib import Path

import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from fastdense.sklearn import DenseRegressor

file = Path(__file__).with_name("homes.csv")
table = pd.read_csv(file, na_values=["unknown"], thousands=",", skipinitialspace=True)
table["kind"] = table["kind"].str.lower()
numbers = make_column_selector(dtype_include="number")
fill = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
columns = make_column_transformer((fill, numbers), remainder=OneHotEncoder())
network = DenseRegressor(learning_rate_init=0.01, max_iter=2000, random_state=0)
steps = make_pipeline(columns, network)
parts = train_test_split(table.drop(columns="price"), table["price"] / 1e5, random_state=0)
rows, new_rows, prices, new_prices = parts
grid = {"denseregressor__alpha": [1e-4, 0.01, 1], "denseregressor__hidden_layer_sizes": [16, 64]}
tuned = GridSearchCV(steps, grid, cv=5, n_jobs=2).fit(rows, prices).best_estimator_
tuned.set_params(denseregressor__n_networks=16).fit(rows, prices)
low, high = tuned[-1].predict_interval(tuned[:-1].transform(new_rows))
inside = ((low <= new_prices) & (new_prices <= high)).mean()
print(f"R2 {tuned.score(new_rows, new_prices):.2f}, {inside:.0%} of new prices in 90% intervals")

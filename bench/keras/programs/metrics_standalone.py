"""Metric objects by themselves: update_state, result, reset_state, and calls."""

import json

import numpy as np
from keras import metrics

truth = np.array([1, 0, 1, 1, 0, 0, 1, 0])
said = np.array([0.9, 0.2, 0.4, 0.7, 0.6, 0.1, 0.8, 0.3])

accuracy = metrics.BinaryAccuracy()
accuracy.update_state(truth[:4], said[:4])
first = float(accuracy.result())
accuracy.update_state(truth[4:], said[4:])
both = float(accuracy.result())
accuracy.reset_state()
empty = float(accuracy.result())

mean = metrics.Mean(name="average")
mean.update_state([1.0, 2.0, 6.0])
weighted = metrics.Mean()
weighted.update_state([1.0, 3.0], sample_weight=[3.0, 1.0])

area = metrics.AUC(num_thresholds=4)
area.update_state(truth, said)
precision = metrics.Precision(thresholds=0.65)
recall = metrics.Recall()
f1 = metrics.F1Score(average="micro", threshold=0.5)
f1.update_state(truth[:, None].astype("float32"), said[:, None])

print(
    json.dumps(
        {
            "equal": {
                "names": [mean.name, accuracy.name, metrics.MeanSquaredError().name, area.name]
            },
            "close": {
                "accuracy": [first, both, empty],
                "mean": float(mean.result()),
                "weighted": float(weighted.result()),
                "area": float(area.result()),
                "precision": float(precision(truth, said)),
                "recall": float(recall(truth, said)),
                "f1": float(f1.result()),
                "mse": float(metrics.MeanSquaredError()(truth.astype(float), said)),
                "function": np.asarray(
                    metrics.binary_accuracy(truth[:, None], said[:, None])
                ).tolist(),
            },
        }
    )
)

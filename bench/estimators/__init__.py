"""`fastdense bench sklearn`: the estimators beside scikit-learn's, same parameters, one core."""

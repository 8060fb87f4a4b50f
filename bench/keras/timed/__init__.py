"""Fits whose seconds are measured, beside Keras in one run."""

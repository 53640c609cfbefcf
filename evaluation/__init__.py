"""Accuracy and calibration of the predictions, beside simple baselines."""

"""Simulated viewers with planted effects, for the sample and for calibration."""

"""Models and services behind small protocols, each with an offline default."""

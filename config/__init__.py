"""Settings, processes and the doors of Accord; the one place that knows all three apps."""

__version__ = "0.1.0"

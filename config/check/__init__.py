"""`bin/start --check`: walks the main job on a throw-away copy, as its three people would, over HTTP and mail alone."""

from config.check.run import check

__all__ = ["check"]

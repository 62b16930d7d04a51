"""Loading the sample product, opening it to somebody, and deleting it again."""

from prioritization.actions.sample.deleting import NotASample, delete_sample
from prioritization.actions.sample.loading import load_sample
from prioritization.actions.sample.opening import may_load_sample, open_sample

__all__ = ["NotASample", "delete_sample", "load_sample", "may_load_sample", "open_sample"]

"""Loading the sample product and deleting it again."""

from prioritization.actions.sample.deleting import NotASample, delete_sample
from prioritization.actions.sample.loading import load_sample

__all__ = ["NotASample", "delete_sample", "load_sample"]

"""Wires what stands above the three apps."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

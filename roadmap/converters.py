"""How an address names a feature: BCN-175, bcn-175 or 175. Importing this makes `<feature:ref>` known to URL patterns."""

from django.urls import register_converter


class FeatureConverter:
    regex = r"(?:[A-Za-z][A-Za-z0-9]{1,7}-)?[0-9]{1,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(FeatureConverter, "feature")

"""Time zones as forms and models need them."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stakeholders.rules.zones import is_zone, zone_names


def validate_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a zone of the tz database."""
    if not is_zone(name):
        raise ValidationError(
            _("“%(name)s” is not a time zone. Use a name such as Europe/Berlin."), params={"name": name}
        )


def zone_choices() -> list[tuple[str, str]]:
    """Choices for a select: every zone by its own name."""
    return [(name, name.replace("_", " ")) for name in zone_names()]

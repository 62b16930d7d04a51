"""Who there is: users, the organisation, its departments, and each person's seat at a product."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stakeholders.rules.weights import HEAVIEST
from stakeholders.zones import validate_zone

WEIGHTS = [MinValueValidator(0), MaxValueValidator(HEAVIEST)]


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, *, name: str = "", password: str | None = None, **fields) -> User:
        """Create a user; without a password none can be used until one is set."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, *, name: str = "", password: str | None = None, **fields) -> User:
        return self.create_user(email, name=name, password=password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address; names and addresses live here only."""

    email = models.EmailField(_("e-mail"), unique=True, error_messages={"unique": _("This address is in use already.")})
    name = models.CharField(_("name"), max_length=120, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_zone])
    refused_address = models.EmailField(blank=True, help_text="the address that a mail server refused last")
    refused_why = models.CharField(max_length=500, blank=True, help_text="in the server's words")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_ignoring_case")]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The name, or the part of the address before the @ while no name is known."""
        return self.name or self.email.partition("@")[0]

    def get_short_name(self) -> str:
        return self.get_full_name().partition(" ")[0]

    @property
    def refusal(self) -> str:
        """Why mail servers refuse the address as it is now; "" once a mail got through, or when the address is new."""
        return self.refused_why if self.refused_address and self.refused_address == self.email else ""


class Organisation(models.Model):
    """The one organisation that this instance belongs to (a single row)."""

    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    admins = models.ManyToManyField(User, blank=True, related_name="administers", verbose_name=_("administrators"))

    class Meta:
        verbose_name = _("organisation")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="organisation_is_one_row")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Organisation | None:
        """The organisation, or None before the set-up."""
        return cls.objects.filter(pk=1).first()


class Department(models.Model):
    """A part of the organisation; its weight is W_d of METHODS b."""

    name = models.CharField(_("name"), max_length=80)
    weight = models.FloatField(_("weight"), default=1, validators=WEIGHTS)

    class Meta:
        verbose_name = _("department")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="department_name_unique_ignoring_case"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="department_weight_not_negative"),
            models.CheckConstraint(condition=models.Q(weight__lte=HEAVIEST), name="department_weight_not_too_big"),
        ]

    def __str__(self) -> str:
        return self.name


class SeatQuerySet(models.QuerySet["Seat"]):
    def current(self) -> SeatQuerySet:
        """Seats of people who have not left the product."""
        return self.filter(left_at=None)


class Seat(models.Model):
    """A user at a product: role, department, voting weight, and whether they must confirm."""

    class Role(models.TextChoices):
        READER = "reader", _("Reader")
        STAKEHOLDER = "stakeholder", _("Stakeholder")
        MANAGER = "manager", _("Manager")
        OWNER = "owner", _("Owner")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")
    product = models.ForeignKey("roadmap.Product", on_delete=models.CASCADE, related_name="seats")
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.STAKEHOLDER)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="seats", verbose_name=_("department")
    )
    weight = models.FloatField(_("voting weight"), default=1, validators=WEIGHTS)
    must_confirm = models.BooleanField(_("must confirm"), default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat")
        ordering = ["user__name", "user__email"]
        constraints = [
            models.UniqueConstraint(fields=["user", "product"], name="one_seat_a_user_and_product"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="seat_weight_not_negative"),
            models.CheckConstraint(condition=models.Q(weight__lte=HEAVIEST), name="seat_weight_not_too_big"),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.product_id}"

    @property
    def rank(self) -> int:
        """How far the role reaches: 0 reader … 3 owner."""
        return list(self.Role.values).index(self.role)

    def reaches(self, need: str) -> bool:
        """Whether this seat's role is at least `need`."""
        return self.rank >= list(self.Role.values).index(need)

    @property
    def is_current(self) -> bool:
        return self.left_at is None

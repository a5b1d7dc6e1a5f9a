"""A plain marketplace: people, what they offer, and who booked what."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    email = models.EmailField(unique=True)
    role = models.CharField(max_length=10, default="user")
    avatar = models.URLField(max_length=2048, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ("username",)


class Session(models.Model):
    creator = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    title = models.CharField(max_length=200)
    description = models.TextField()
    duration = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    max_participants = models.PositiveIntegerField(default=1)
    image_url = models.URLField(max_length=2048, blank=True)
    status = models.CharField(max_length=10, default="active")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["-created_at", "-id"], condition=models.Q(status="active"), name="newest"),)

    def __str__(self) -> str:
        return str(self.title)


class Booking(models.Model):
    session = models.ForeignKey(Session, models.CASCADE, related_name="bookings")
    user = models.ForeignKey(User, models.CASCADE, related_name="bookings")
    booking_date = models.DateTimeField()
    status = models.CharField(max_length=10, default="confirmed")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (
            models.Index(fields=["session", "booking_date"], name="of_start"),
            models.Index(fields=["user", "-created_at"], name="of_user"),
        )

    def __str__(self) -> str:
        return f"{self.session_id} at {self.booking_date}"

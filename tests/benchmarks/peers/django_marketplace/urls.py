"""Addresses of the Django peer, those of the marketplace."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from benchmarks.peers.django_marketplace.api import Bookings, NaiveBookings, OneSession, Profile, Sessions


def live(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("health/live", live),
    path("api/sessions/", Sessions.as_view()),
    path("api/sessions/<int:pk>/", OneSession.as_view()),
    path("api/auth/profile/", Profile.as_view()),
    path("api/bookings/", Bookings.as_view()),
    path("api/naive-bookings/", NaiveBookings.as_view()),
]

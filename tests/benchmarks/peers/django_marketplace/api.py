"""Views of the Django peer. `Bookings` locks the session before it counts seats; `NaiveBookings` does not."""

from django.db import transaction
from django.db.models import QuerySet
from rest_framework import generics, serializers
from rest_framework.exceptions import APIException
from rest_framework.permissions import IsAuthenticated

from benchmarks.peers.django_marketplace.models import Booking, Session, User

PUBLIC = ("id", "username", "role", "avatar", "first_name", "last_name")


class SoldOut(APIException):
    status_code = 409
    default_detail = "Sold out."


class AlreadyBooked(APIException):
    status_code = 409
    default_detail = "Already booked."


class ProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = (*PUBLIC, "email", "is_staff", "is_superuser", "date_joined")


class CreatorSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = PUBLIC


class SessionSerializer(serializers.ModelSerializer):
    creator_details = CreatorSerializer(source="creator", read_only=True)

    class Meta:
        model = Session
        fields = (
            *("id", "creator", "creator_details", "title", "description", "duration", "price", "max_participants"),
            *("image_url", "status", "created_at"),
        )


class BookingSerializer(serializers.ModelSerializer):
    session = serializers.PrimaryKeyRelatedField(queryset=Session.objects.select_related("creator"))
    session_details = SessionSerializer(source="session", read_only=True)
    user_details = CreatorSerializer(source="user", read_only=True)

    class Meta:
        model = Booking
        fields = (
            *("id", "session", "session_details", "user", "user_details", "booking_date", "status", "amount"),
            "created_at",
        )
        read_only_fields = ("user", "status", "amount")


class Sessions(generics.ListAPIView):
    serializer_class = SessionSerializer
    queryset = Session.objects.filter(status="active").select_related("creator")


class OneSession(generics.RetrieveAPIView):
    serializer_class = SessionSerializer
    queryset = Session.objects.select_related("creator")


class Profile(generics.RetrieveAPIView):
    serializer_class = ProfileSerializer
    permission_classes = (IsAuthenticated,)

    def get_object(self) -> User:
        return self.request.user


class Bookings(generics.ListCreateAPIView):
    serializer_class = BookingSerializer
    permission_classes = (IsAuthenticated,)

    def get_queryset(self) -> QuerySet[Booking]:
        bookings = Booking.objects.select_related("session__creator", "user")
        return bookings.filter(user=self.request.user)

    def perform_create(self, serializer: BookingSerializer) -> None:
        with transaction.atomic():
            offered = Session.objects.select_for_update().get(pk=serializer.validated_data["session"].pk)
            self.book(serializer, offered)

    def book(self, serializer: BookingSerializer, offered: Session) -> None:
        """Count the seats that are taken at this start, and take one."""
        at_start = Booking.objects.filter(session=offered, booking_date=serializer.validated_data["booking_date"])
        taken = at_start.exclude(status="cancelled")
        if taken.count() >= offered.max_participants:
            raise SoldOut
        if taken.filter(user=self.request.user).exists():
            raise AlreadyBooked
        serializer.save(user=self.request.user, amount=offered.price)


class NaiveBookings(Bookings):
    def perform_create(self, serializer: BookingSerializer) -> None:
        self.book(serializer, serializer.validated_data["session"])

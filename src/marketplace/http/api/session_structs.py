"""What requests and responses say about a session."""

from datetime import datetime
from uuid import UUID

import msgspec

from marketplace.core.domain.fields import WebAddress
from marketplace.core.domain.language_tags import Language
from marketplace.core.domain.places import Address, ExactPoint, Format, JoinLink, Place
from marketplace.core.domain.refund_policies import FULL_REFUND, CancellationPolicy, RefundHours, RefundPercent
from marketplace.core.domain.sessions import (
    AddressPublic,
    Audience,
    Bring,
    CancellationNotice,
    Category,
    Description,
    Duration,
    Participants,
    PaymentMethod,
    Price,
    SessionStatus,
    Tags,
    Title,
)
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.http.api.picture_fields import PictureOut
from marketplace.http.api.users import PublicUserOut


class RefundTierOut(msgspec.Struct):
    """The share of a payment that is returned to a learner who cancels until so many hours before the start."""

    hours_before: RefundHours
    refund_percent: RefundPercent


class SessionIn(msgspec.Struct, kw_only=True):
    """A session's details."""

    title: Title
    description: Description
    duration: Duration
    price: Price
    max_participants: Participants = 1
    image_url: WebAddress = None
    status: SessionStatus = "active"
    category: Category = None
    tags: Tags = ()
    requires_confirmation: bool = False
    cancellation_notice: CancellationNotice = 0
    payment_method: PaymentMethod = "online"
    cancellation_policy: CancellationPolicy = FULL_REFUND
    audience: Audience = ""
    bring: Bring = ""
    format: Format = None
    place: Place = None
    language: Language = None
    address: Address = None
    coordinates: ExactPoint = None
    address_public: AddressPublic = False
    join_url: JoinLink = None


class ModerationOut(msgspec.Struct):
    """When and why staff hid a session. The creator sees the reason."""

    hidden_at: datetime
    reason: str


class RatingOut(msgspec.Struct):
    """The mean number of stars, `null` without reviews, and the number of published reviews."""

    average: float | None
    count: int


class SessionBaseOut(msgspec.Struct, rename={"creator_id": "creator"}):
    """Fields of a session that everyone who can see it gets.

    With the `payment_method` `online` it is paid when it is booked, if the marketplace takes payments. The tiers of
    `cancellation_policy` descend; after the last one nothing is returned.

    `time_zone` is its schedule's; where it has none, its creator's. The front page shows it since `featured_at`.
    The first of `pictures` supersedes `image_url`. `join_url`, and `address` unless public, are for its creator and
    holders of a confirmed seat, else `null`.
    """

    id: UUID
    creator_id: UUID
    creator_details: PublicUserOut
    title: Title
    description: Description
    duration: Duration
    price: Price
    max_participants: Participants
    image_url: WebAddress
    status: SessionStatus
    category: Category
    tags: Tags
    requires_confirmation: bool
    cancellation_notice: CancellationNotice
    payment_method: PaymentMethod
    cancellation_policy: list[RefundTierOut]
    audience: Audience
    pictures: list[PictureOut]
    bring: Bring
    format: Format
    place: Place
    language: Language
    address: Address
    coordinates: ExactPoint
    address_public: AddressPublic
    join_url: JoinLink
    is_open: bool
    time_zone: TimeZone
    rating: RatingOut
    created_at: datetime
    featured_at: datetime | None

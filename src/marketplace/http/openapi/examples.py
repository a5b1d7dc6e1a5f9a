"""Examples of response fields, by field name or, for ambiguous names, by struct and field.

Examples of fields that requests have, too, are part of their declaration. IDs and times need none: their format is
enough.
"""

from typing import Any

EXAMPLES: dict[str, Any] = {
    "role": "creator",
    "BookingStepOut.action": "reschedule",
    "BulkRunOut.action": "hide",
    "title": "Morning yoga",
    "seats": 2,
    "category": "wellbeing",
    "tags": ["yoga", "beginners"],
    "FacetsOut.tags": [{"tag": "yoga", "count": 7}],
    "tag": "yoga",
    "count": 7,
    "max_price": "50.00",
    "requires_confirmation": False,
    "allowed_actions": ["cancel", "reschedule"],
    "reason": "",
    "SlotOut.reason": None,
    "is_open": False,
    "capacity": 12,
    "seats_left": 3,
    "seats_sold": 18,
    "seats_offered": 24,
    "fill_rate": 0.75,
    "seats_taken": 9,
    "pending_bookings": 2,
    "date": "2030-05-01",
    "currency": "EUR",
    "currency_digits": 2,
    "address": "192.0.2.7",
    "agent": "Mozilla/5.0",
    "action": "role_changed",
    "before": {"role": "user"},
    "after": {"role": "creator"},
    "sessions": 3,
    "bookings": 7,
    "cancelled": 0,
    "token": "kX2…",
    "UnsubscribeOut.kind": "reminder_day",
    "recipient": "ada@example.org",
    "subject": "Booked: Morning yoga",
    "InboxMailDetailsOut.headers": [{"name": "To", "value": "ada@example.org"}],
    "MailHeaderOut.name": "To",
    "value": "ada@example.org",
    "InboxMailDetailsOut.text": "You're booked",
    "InboxMailDetailsOut.html": "<p>You're booked</p>",
    "calendar": None,
    "has_inbox": False,
    "path": "/reset-password#kX2…",
    "detail": "There aren't enough seats left at this time.",
    "code": "sold_out",
}
"""Examples by property name or `Struct.property`."""

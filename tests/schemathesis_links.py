"""Links between operations that schemathesis does not infer from names, so that generated steps go on from others."""

from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
ID = "$response.body#/*/id"
LISTED = {
    "admin_list_bookings": ("booking_id", ID),
    "admin_list_mails": ("message_id", ID),
    "admin_list_payments": ("payment_id", ID),
    "admin_list_reports": ("report_id", ID),
    "admin_list_reviews": ("review_id", ID),
    "admin_list_sessions": ("session_id", ID),
    "admin_list_users": ("user_id", ID),
    "get_calendar_feed": ("feed", "$response.body#/url#regex:([^/]+)$"),
    "list_api_keys": ("key_id", ID),
    "list_inbox": ("mail_id", ID),
    "list_logins": ("login_id", ID),
    "list_own_reviews": ("review_id", ID),
    "list_sessions": ("username", "$response.body#/*/creator_details/username"),
}
"""Path parameters whose values a response has. They lead to every operation with this parameter alone."""
FROM_SESSION = {"path.session_id": "$request.path.session_id"}
FROM_BOOKING = {"path.booking_id": "$request.path.booking_id"}
STEPS: tuple[tuple[str, str, dict[str, str], dict[str, str]], ...] = (
    (
        *("list_slots", "create_booking", {}),
        {"session": "$request.path.session_id", "booking_date": "$response.body#/*/starts_at"},
    ),
    ("list_full_starts", "join_waitlist", FROM_SESSION, {"starts_at": "$response.body#/*/starts_at"}),
    (
        *("create_booking", "cancel_slot", {"path.session_id": "$response.body#/session"}),
        {"starts_at": "$response.body#/booking_date"},
    ),
    (
        *("create_booking", "write_slot_message", {"path.session_id": "$response.body#/session"}),
        {"starts_at": "$response.body#/booking_date"},
    ),
    ("list_messages", "mark_messages_read", FROM_BOOKING, {"last": ID}),
    ("list_notifications", "mark_notifications_read", {}, {"last": ID}),
    ("list_my_bookings", "write_review", {}, {}),
)
"""From one operation to another, with parameters and fields of the body."""


def add_links(document: dict[str, Any]) -> None:
    """Add the links to an OpenAPI document."""
    operations = {
        item[method]["operationId"]: (path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    }
    for source, (name, value) in LISTED.items():
        for target, (path, _) in operations.items():
            is_of_staff = source.startswith("admin_")
            if path.count("{") == 1 and f"{{{name}}}" in path and (not is_of_staff or target.startswith("admin_")):
                _add(operations[source][1], target, {f"path.{name}": value}, {})
    for source, target, parameters, body in STEPS:
        _add(operations[source][1], target, parameters, body)


def _add(source: dict[str, Any], target: str, parameters: dict[str, str], body: dict[str, str]) -> None:
    status = next(status for status in source["responses"] if status.startswith("2"))
    links = source["responses"][status].setdefault("links", {})
    link: dict[str, Any] = {"operationId": target, "parameters": parameters}
    if body:
        link["requestBody"] = body
    # values of `*` are resolved in links that count as inferred only
    links[f"to_{target}"] = link | {"x-schemathesis": {"is_inferred": True, "merge_body": True}}

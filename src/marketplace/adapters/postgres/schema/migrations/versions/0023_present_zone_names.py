"""Old names of time zones, which browsers reported, become the present names of the same cities."""

from marketplace.adapters.postgres.schema import online_ddl

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# a copy: later entries of the program need a migration of their own
RENAMED = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Catamarca": "America/Argentina/Catamarca",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Cordoba": "America/Argentina/Cordoba",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Jujuy": "America/Argentina/Jujuy",
    "America/Knox_IN": "America/Indiana/Knox",
    "America/Louisville": "America/Kentucky/Louisville",
    "America/Mendoza": "America/Argentina/Mendoza",
    "Asia/Ashkhabad": "Asia/Ashgabat",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Chungking": "Asia/Chongqing",
    "Asia/Dacca": "Asia/Dhaka",
    "Asia/Istanbul": "Europe/Istanbul",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Macao": "Asia/Macau",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Thimbu": "Asia/Thimphu",
    "Asia/Ujung_Pandang": "Asia/Makassar",
    "Asia/Ulan_Bator": "Asia/Ulaanbaatar",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Europe/Nicosia": "Asia/Nicosia",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
OLD = ", ".join(f"'{before}'" for before in RENAMED)
RENAMES = " ".join(f"WHEN '{before}' THEN '{after}'" for before, after in RENAMED.items())
SCHEDULED = "schedule ->> 'time_zone'"


def upgrade() -> None:
    """Rename in accounts and schedules; each part can be repeated."""
    online_ddl.backfill("users", f"time_zone = CASE time_zone {RENAMES} END", f"time_zone IN ({OLD})")
    online_ddl.backfill(
        "sessions",
        f"schedule = jsonb_set(schedule, '{{time_zone}}', to_jsonb(CASE {SCHEDULED} {RENAMES} END))",
        f"{SCHEDULED} IN ({OLD})",
    )


def downgrade() -> None:
    """Keep the present names, which the release before knows too."""

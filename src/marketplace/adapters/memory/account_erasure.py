"""Erasing what names a person."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from marketplace.adapters.memory.database import Rows
from marketplace.adapters.memory.messages import key_of
from marketplace.adapters.memory.tables import K, R, Table
from marketplace.core.domain.account_erasure import (
    DELETED_LABEL,
    DELETED_TEXT,
    NAMING_ACTIONS,
    erased_entry,
    erased_session,
    erased_session_entry,
)
from marketplace.core.domain.audit import AuditEntry, email_addresses
from marketplace.core.domain.users import User, fold


class MemoryErasure:
    """`Erasure` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._tables = rows.database

    async def erase(self, before: User, after: User) -> None:
        person, tables = before.id, self._tables
        await self._delete_logins(person)
        await self._delete_mail(before)
        await self._delete(tables.resets, lambda _, row: row.user_id == person)
        await self._delete(tables.passkeys.registered, lambda _, row: row.user_id == person)
        await self._delete(tables.passkeys.handles, lambda key, _: key == person)
        await self._delete(tables.passkeys.challenges, lambda _, row: row.user_id == person)
        await self._delete(tables.second_factors, lambda key, _: key == person)
        await self._delete(tables.recovery_codes, lambda _, row: row.user_id == person)
        await self._delete(tables.feed_tokens, lambda _, owner: owner == person)
        await self._delete(tables.feeds, lambda _, row: row.user_id == person)
        await self._delete(tables.creator_hours, lambda key, _: key == person)
        await self._delete(tables.identities, lambda _, row: row.user_id == person)
        await self._delete(tables.favourites, lambda _, row: row.user_id == person)
        await self._delete(tables.notifications, lambda _, row: row.user_id == person)
        await self._delete(tables.keys, lambda _, row: row.key.user_id == person)
        await self._delete(tables.agreed_rows, lambda _, row: row.staff_id == person)
        await self._delete(
            tables.username_claims, lambda _, row: row.user_id == person and row.username != after.username
        )
        await self._erase_texts(person)
        await self._erase_runs(person)
        await self._erase_entries(before)
        await self._delete_keys(person)

    async def _delete_logins(self, person: UUID) -> None:
        logins = {row.login.id: row.login for row in self._rows.all(self._tables.logins)}
        own = {each.id for each in logins.values() if each.user_id == person}
        gone = own | {each.id for each in logins.values() if each.impersonated_from in own}
        await self._delete(self._tables.tokens, lambda _, row: row.family_id in gone)
        await self._delete(self._tables.logins, lambda key, _: key in gone)

    async def _delete_keys(self, person: UUID) -> None:
        keys = {row.key.id for row in self._rows.group(self._tables.api_keys, person)}
        await self._delete(self._tables.api_key_uses, lambda key, _: key in keys)
        await self._delete(self._tables.api_keys, lambda key, _: key in keys)

    async def _delete_mail(self, before: User) -> None:
        person, email = before.id, fold(before.email)
        messages = [row for row in self._rows.all(self._tables.messages) if row.user_id == person]
        keys = {key_of(each) for each in messages}
        await self._delete(self._tables.message_keys, lambda key, _: key in keys)
        await self._delete(self._tables.messages, lambda _, row: row.user_id == person)
        await self._delete(self._tables.addresses, lambda key, _: key == person)
        await self._delete(self._tables.unsubscribed, lambda _, row: row.user_id == person)
        await self._delete(self._tables.inbox, lambda _, row: fold(row.recipient) == email)
        requests = {
            row.id
            for row in self._rows.all(self._tables.email_requests)
            if row.user_id == person or (row.user_id is None and fold(row.email) == email)
        }
        await self._delete(self._tables.email_tokens, lambda _, row: row.request.id in requests)
        await self._delete(self._tables.email_requests, lambda key, _: key in requests)

    async def _erase_texts(self, person: UUID) -> None:
        tables = self._tables
        booked = {row.id for row in self._rows.all(tables.bookings) if person in {row.user_id, row.creator_id}}
        await self._change(
            tables.bookings,
            lambda row: replace(row, address=None) if row.user_id == person else row,
        )
        await self._change(
            tables.steps,
            lambda steps: tuple(
                replace(each, reason="") if each.booking_id in booked and each.actor_id == person else each
                for each in steps
            ),
        )
        await self._change(
            tables.booking_messages, lambda row: replace(row, text=DELETED_TEXT) if row.author_id == person else row
        )
        await self._change(
            tables.money.operations,
            lambda row: replace(row, reason="") if row.actor_id == person and row.booking_id in booked else row,
        )
        await self._erase_reviews(person)
        await self._change(tables.reports, lambda row: replace(row, text="") if row.reporter_id == person else row)
        await self._change(tables.sessions, lambda row: erased_session(row) if row.creator_id == person else row)

    async def _erase_reviews(self, person: UUID) -> None:
        tables = self._tables.reviews
        await self._change(tables.written, lambda row: replace(row, text="") if row.author_id == person else row)
        await self._change(
            tables.written,
            lambda row: replace(row, answer=None, answered_at=None) if row.creator_id == person else row,
        )
        await self._change(tables.reports, lambda row: replace(row, text="") if row.reporter_id == person else row)

    async def _erase_runs(self, person: UUID) -> None:
        about = {person} | {row.id for row in self._rows.all(self._tables.bookings) if row.user_id == person}
        for row in [*self._rows.all(self._tables.bulk_runs)]:
            is_own = row.run.staff_id == person
            run = replace(row.run, address=None, agent=None) if is_own else row.run
            refusals = tuple(replace(each, label=DELETED_LABEL) if each.id in about else each for each in row.refusals)
            if (run, refusals) != (row.run, row.refusals):
                await self._rows.lock(self._tables.bulk_runs, run.id)
                self._rows.put(self._tables.bulk_runs, run.id, replace(row, run=run, refusals=refusals))

    async def _erase_entries(self, before: User) -> None:
        person, entries = before.id, [*self._rows.all(self._tables.audit)]
        about = [entry for entry in entries if (entry.target_kind, entry.target_id) == ("user", person)]
        named = (entry for entry in about if entry.action in NAMING_ACTIONS)
        emails = {before.email.lower()} | {each.lower() for entry in named for each in email_addresses(entry)}
        own = {row.id for row in self._rows.all(self._tables.sessions) if row.creator_id == person}
        booked = {row.id for row in self._rows.all(self._tables.bookings) if person in {row.user_id, row.creator_id}}

        def erased(entry: AuditEntry) -> AuditEntry:
            if (entry.target_kind, entry.target_id) == ("user", person):
                return erased_entry(entry)
            if entry.target_id is None and emails & {each.lower() for each in email_addresses(entry)}:
                after = {name: value for name, value in entry.after.items() if name != "email"}
                return replace(entry, after=after, address=None, agent=None)
            if entry.actor_id == person:
                reason = "" if entry.target_id in booked else entry.reason
                entry = replace(entry, address=None, agent=None, reason=reason)
            return erased_session_entry(entry) if entry.target_id in own else entry

        await self._change(self._tables.audit, erased)

    async def _delete(self, table: Table[K, R], is_gone: Callable[[K, R], bool]) -> None:
        for key, row in self._rows.items(table):
            if is_gone(key, row):
                await self._rows.lock(table, key)
                self._rows.drop(table, key)

    async def _change(self, table: Table[K, R], change: Callable[[R], R]) -> None:
        for key, row in self._rows.items(table):
            changed = change(row)
            if changed != row:
                await self._rows.lock(table, key)
                self._rows.put(table, key, changed)

"""Lengths of time in minutes and hours, each built once: sessions have few different ones, and lists many rows."""

from datetime import timedelta
from functools import lru_cache

MAX_KEPT = 4096


@lru_cache(MAX_KEPT)
def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@lru_cache(MAX_KEPT)
def hours(number: int) -> timedelta:
    return timedelta(hours=number)

"""Refusals of reviews."""

from marketplace.core.errors.families import Conflict, Forbidden


class NotCompleted(Conflict):
    """Only a completed booking can be reviewed."""

    code = "not_completed"
    sentence = "You can review a session once it has taken place."


class AlreadyReviewed(Conflict):
    """A booking has one review, which stays as it was written."""

    code = "already_reviewed"
    sentence = "You've already reviewed this booking."


class AlreadyAnswered(Conflict):
    """A creator answers a review once."""

    code = "already_answered"
    sentence = "You've already answered this review."


class ReviewAlreadyReported(Conflict):
    """A person can report a review once."""

    code = "already_reported"
    sentence = "You've already reported this review."


class OwnReview(Forbidden):
    """A review cannot be reported by its author."""

    code = "own_review"
    sentence = "You can't report your own review."

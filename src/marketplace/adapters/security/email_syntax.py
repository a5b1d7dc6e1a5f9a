"""E-mail addresses that can exist, by email-validator: the standards of mail, and names that no mail server has."""

from email_validator import EmailNotValidError, validate_email


class MailStandards:
    """`EmailSyntax` by email-validator, without a network."""

    def refusal(self, email: str) -> str | None:
        try:
            validate_email(email, check_deliverability=False, strict=True)
        except EmailNotValidError as error:
            return str(error)
        return None

from datetime import UTC, datetime, timedelta
from math import log2

import pyotp
import pytest
from uuid_utils.compat import uuid7

from builders import a_user
from fakes import NOW
from marketplace.adapters.security.challenges import JwtChallenges
from marketplace.adapters.security.secret_box import AesGcmBox
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.adapters.security.totp import PyotpTotp
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.second_factors import (
    RECOVERY_ALPHABET,
    RECOVERY_CODES,
    RECOVERY_GROUP,
    RECOVERY_GROUPS,
    SignInChallenge,
    new_recovery_codes,
    password_version,
    recovery_code_hash,
    totp_code,
)
from marketplace.core.errors import ImpersonatedReadOnly, NotStaff
from marketplace.core.errors.second_factors import (
    BadChallenge,
    ReauthenticationRequired,
    SecondFactorSetupRequired,
)

TOTP = PyotpTotp("sessions.example.org")
OLD, NEW = "an old key of the installation, of 42 bytes", "a new key of the installation, of 42 bytes!"
WINDOW = timedelta(minutes=10)
# RFC 6238, appendix B, for SHA-1: the last six of eight digits
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"}


def a_challenge(**changes: object) -> SignInChallenge:
    values = {"user_id": uuid7(), "login_id": uuid7(), "version": "v", "expires_at": NOW + WINDOW}
    return SignInChallenge(**values | changes)  # type: ignore[arg-type]


def a_principal(**changes: object) -> Principal:
    user = a_user(is_staff=True, is_superuser=True)
    values = {"user_id": user.id, "family_id": uuid7(), "role": "user", "is_staff": True, "is_superuser": True}
    return Principal(**values | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("second", "code"), RFC_CODES.items())
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    assert TOTP.step_of(RFC_SECRET, code, datetime.fromtimestamp(second, UTC)) == second // 30


def test_code_of_a_neighbouring_step_names_its_step() -> None:
    secret, now = TOTP.new_secret(), int(NOW.timestamp()) // 30
    codes = {step: pyotp.TOTP(secret).generate_otp(now + step) for step in range(-3, 4)}
    found = {step: TOTP.step_of(secret, code, NOW) for step, code in codes.items()}

    assert [found[step] for step in (-1, 0, 1)] == [now - 1, now, now + 1]
    assert all(found[step] is None for step in (-3, -2, 2, 3) if codes[step] not in {codes[-1], codes[0], codes[1]})


def test_secret_has_160_bits() -> None:
    assert len(TOTP.new_secret()) * 5 == 160


def test_address_names_site_and_account() -> None:
    address = TOTP.address(RFC_SECRET, "ada@example.org")

    assert address.startswith(f"otpauth://totp/sessions.example.org:ada%40example.org?secret={RFC_SECRET}")
    assert "issuer=sessions.example.org" in address


def test_picture_is_an_svg_document_without_scripts() -> None:
    picture = TOTP.picture(TOTP.address(TOTP.new_secret(), "ada@example.org"))

    assert picture.startswith("<svg")
    assert "script" not in picture


def test_recovery_codes_are_distinct_and_have_at_least_112_bits() -> None:
    codes = new_recovery_codes()

    assert len(set(codes)) == RECOVERY_CODES
    assert RECOVERY_GROUPS * RECOVERY_GROUP * log2(len(set(RECOVERY_ALPHABET))) >= 112
    assert all(set(code) <= {*RECOVERY_ALPHABET, "-"} for code in codes)


WRITTEN = ("4f7k-w2m9-x0pz-t1ha", "4F7KW2M9X0PZT1HA", " 4f7k w2m9 xopz tlha ", "4f7k\u2013w2m9\u2013xOpz\u2013tIha")
ARABIC, RAISED = "\u0661\u0662\u0663\u0664\u0665\u0666", "\u00b2\u00b3\u00b9" * 2


@pytest.mark.parametrize("written", WRITTEN)
def test_recovery_code_is_the_same_however_it_is_written(written: str) -> None:
    assert recovery_code_hash(written) == recovery_code_hash("4f7k-w2m9-x0pz-t1ha")


@pytest.mark.parametrize(("text", "code"), [("123456", "123456"), (" 123 456 ", "123456"), ("123-456", "123456")])
def test_code_may_be_spaced(text: str, code: str) -> None:
    assert totp_code(text) == code


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", ARABIC, "-", RAISED])
def test_other_texts_are_no_codes(text: str) -> None:
    assert totp_code(text) is None


def test_sealed_secret_opens_for_its_owner_only() -> None:
    box, owner = AesGcmBox(SecretKeys((NEW,))), uuid7()
    sealed = box.seal("SECRET", owner)

    assert b"SECRET" not in sealed
    assert box.open(sealed, owner) == "SECRET"
    assert box.open(sealed, uuid7()) is None
    assert box.seal("SECRET", owner) != sealed


@pytest.mark.parametrize("place", [0, 1, 12, 13, -1])
def test_altered_secret_does_not_open(place: int) -> None:
    box, owner = AesGcmBox(SecretKeys((NEW,))), uuid7()
    sealed = bytearray(box.seal("SECRET", owner))
    sealed[place] ^= 1

    assert box.open(bytes(sealed), owner) is None


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 13, b"\x02" * 60])
def test_malformed_secret_does_not_open(sealed: bytes) -> None:
    assert AesGcmBox(SecretKeys((NEW,))).open(sealed, uuid7()) is None


def test_secret_of_a_former_key_opens_as_long_as_the_key_is_known() -> None:
    owner = uuid7()
    sealed = AesGcmBox(SecretKeys((OLD,))).seal("SECRET", owner)

    assert AesGcmBox(SecretKeys((NEW, OLD))).open(sealed, owner) == "SECRET"
    assert AesGcmBox(SecretKeys((NEW,))).open(sealed, owner) is None


def test_challenge_is_read_as_issued_until_it_expires() -> None:
    challenges, challenge = JwtChallenges(SecretKeys((NEW,))), a_challenge()
    text = challenges.issue(challenge)

    assert challenges.read(text, challenge.expires_at - timedelta(seconds=1)) == challenge
    with pytest.raises(BadChallenge):
        challenges.read(text, challenge.expires_at)


def test_challenge_of_a_former_key_is_read_as_long_as_the_key_is_known() -> None:
    text = JwtChallenges(SecretKeys((OLD,))).issue(a_challenge())

    assert JwtChallenges(SecretKeys((NEW, OLD))).read(text, NOW).version == "v"
    with pytest.raises(BadChallenge):
        JwtChallenges(SecretKeys((NEW,))).read(text, NOW)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.é.é", "eyJhbGciOiJub25lIn0.e30.", "." * 100])
def test_text_that_is_no_challenge_is_refused(text: str) -> None:
    with pytest.raises(BadChallenge):
        JwtChallenges(SecretKeys((NEW,))).read(text, NOW)


def test_version_changes_with_the_password_and_differs_between_accounts() -> None:
    one, other = a_user(), a_user()

    assert password_version(one) != password_version(other)
    assert len({password_version(a_user(id=one.id, password_hash=each)) for each in ("a", "b")}) == 2


def test_proof_counts_for_its_window() -> None:
    principal = a_principal(proved_at=NOW)

    assert principal.require_recent_proof(NOW + WINDOW, WINDOW) is principal
    with pytest.raises(ReauthenticationRequired):
        principal.require_recent_proof(NOW + WINDOW + timedelta(seconds=1), WINDOW)


def test_impersonated_and_key_principals_have_no_proof() -> None:
    with pytest.raises(ImpersonatedReadOnly):
        a_principal(proved_at=NOW, impersonator_id=uuid7()).require_recent_proof(NOW, WINDOW)
    with pytest.raises(ReauthenticationRequired):
        a_principal(key_id=uuid7()).require_recent_proof(NOW, WINDOW)


def test_rights_of_staff_who_lack_a_required_second_factor_rest() -> None:
    user = a_user(is_staff=True, is_superuser=True)
    found = a_principal(user_id=user.id, lacks_second_factor=True)

    resting, free = (found.with_second_factor_rule(is_required=each) for each in (True, False))

    for principal in (resting, user.current(resting)):
        assert (principal.is_staff, principal.is_superuser) == (False, False)
        with pytest.raises(SecondFactorSetupRequired):
            principal.require_staff()
    assert user.current(free).require_staff().is_superuser


def test_people_who_are_not_staff_lack_nothing() -> None:
    learner = a_principal(is_staff=False, is_superuser=False)

    assert learner.with_second_factor_rule(is_required=True) is learner
    with pytest.raises(NotStaff):
        learner.require_staff()

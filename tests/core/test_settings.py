"""Settings from the environment."""

import stat
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.bootstrap.environment import stored_secret
from marketplace.settings import VARIABLES, SettingsError, read_settings

RANDOM = "hV9-x2LqT7_bQw8ZrYc4Nd1KfMs6Gj3P"
ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "MARKETPLACE_ENVIRONMENT": "production",
    "MARKETPLACE_DATABASE_URL": "postgresql://db/x",
    "MARKETPLACE_SECRET_KEY": RANDOM,
    "MARKETPLACE_PUBLIC_URL": "https://sessions.example.org",
}


def test_default_settings_are_a_development_server_with_embedded_database() -> None:
    settings = read_settings({})
    assert settings.is_embedded
    assert settings.environment == "development"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.cors_origins == ()


def test_an_empty_variable_counts_as_absent() -> None:
    assert read_settings({"MARKETPLACE_PORT": " ", "MARKETPLACE_DATABASE_URL": ""}).is_embedded


def test_variables_are_read() -> None:
    settings = read_settings(
        {
            "MARKETPLACE_DATABASE_URL": "postgresql://me@db/marketplace",
            "MARKETPLACE_PORT": "9000",
            "MARKETPLACE_CORS_ORIGINS": "https://a.example, https://b.example:8443",
            "MARKETPLACE_ACCESS_TOKEN_TTL": "900",
            "MARKETPLACE_CATEGORIES": "yoga, tea",
            "MARKETPLACE_RATE_LIMIT": "off",
            "MARKETPLACE_VERIFY_EMAIL": "booking, publishing",
        }
    )
    assert not settings.is_embedded
    assert settings.port == 9000
    assert settings.cors_origins == ("https://a.example", "https://b.example:8443")
    assert settings.access_token_ttl == timedelta(minutes=15)
    assert settings.categories == ("yoga", "tea")
    assert settings.rate_limit is False
    assert settings.verify_email == ("booking", "publishing")
    assert read_settings({"MARKETPLACE_VERIFY_EMAIL": "off"}).verify_email == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "eighty"),
        ("PORT", "8_000"),
        ("WORKERS", "-1"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "app.example.org"),
        ("CURRENCY", "euro"),
        ("CURRENCY", "eur"),
        ("CURRENCY", "QQQ"),
        ("CURRENCY", "XAU"),
        ("RATE_LIMIT", "true"),
        ("VERIFY_EMAIL", "on"),
        ("VERIFY_EMAIL", "booking,off"),
        ("ACCESS_TOKEN_TTL", "0"),
        ("ACCESS_TOKEN_TTL", "1 day"),
        ("LOCK_TIMEOUT", "nan"),
        ("STORAGE", "sqlite"),
        ("CATEGORIES", "Yoga & Tea"),
    ],
)
def test_wrong_value_error_names_variable_value_and_expectation(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^MARKETPLACE_{name} is '.*', but must be .+\.$") as caught:
        read_settings({f"MARKETPLACE_{name}": value})
    assert value in str(caught.value)


def test_wrong_secret_is_not_quoted() -> None:
    with pytest.raises(SettingsError, match="at least 32") as caught:
        read_settings({"MARKETPLACE_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_several_keys_are_each_long_and_in_production_each_random() -> None:
    both = f"{RANDOM}\n{RANDOM[::-1]}"
    assert read_settings(PRODUCTION | {"MARKETPLACE_SECRET_KEY": both}).secret_key == both
    with pytest.raises(SettingsError, match="at least 32"):
        read_settings({"MARKETPLACE_SECRET_KEY": f"{RANDOM} hunter2"})
    with pytest.raises(SettingsError, match="development secret"):
        read_settings(PRODUCTION | {"MARKETPLACE_SECRET_KEY": f"{RANDOM} {'0' * 40}"})


@pytest.mark.parametrize(
    "address",
    [
        "mysql://me:hunter2@db/x",
        "postgresql://me:hunter2#x@db:5432/x",
        "postgresql://me:hunter2/x@db:5432/x",
        "postgresql://me:hunter2?x@db:5432/x",
        "postgresql://me:4#hunter2@db:5432/x",
        "postgresql://me:4/hunter2@db:5432/x",
        "postgresql://me:4?hunter2@db:5432/x",
        "postgresql://me:hunter2@db:port/x",
        "postgresql://me:hunter2@db:99999/x",
        "postgresql://me:hunter2@[::1/x",
    ],
)
@pytest.mark.parametrize("name", ["DATABASE_URL", "READ_DATABASE_URL"])
def test_unreadable_database_url_is_refused_without_quoting_it(name: str, address: str) -> None:
    with pytest.raises(SettingsError, match=f"MARKETPLACE_{name} is .not shown., but must be a URL") as caught:
        read_settings({f"MARKETPLACE_{name}": address, "MARKETPLACE_SECRET_KEY": RANDOM})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:hunter2%23%2F@db:5432/x",
        "postgres://me@/x?host=/run/postgresql&port=5433",
        "postgresql://me:hunter2@one:5432,two:5433/x?target_session_attrs=read-write",
        "postgresql://me@[::1]:5432/x",
        "postgresql://me@%2Frun%2Fpostgresql/x",
    ],
)
def test_database_urls_of_every_driver_form_are_accepted(address: str) -> None:
    provided = {"MARKETPLACE_DATABASE_URL": address, "MARKETPLACE_SECRET_KEY": RANDOM}
    assert read_settings(provided).database_url == address


def test_wrong_database_url_is_not_quoted() -> None:
    with pytest.raises(SettingsError, match="MARKETPLACE_DATABASE_URL") as caught:
        read_settings({"MARKETPLACE_DATABASE_URL": "mysql://root:hunter2@db/x"})
    assert "hunter2" not in str(caught.value)


def test_settings_do_not_show_the_secret() -> None:
    assert RANDOM not in repr(read_settings({"MARKETPLACE_SECRET_KEY": RANDOM}))


@pytest.mark.parametrize(
    ("provided", "named"),
    [
        ({}, "MARKETPLACE_DATABASE_URL"),
        ({"MARKETPLACE_DATABASE_URL": "postgresql://db/x"}, "MARKETPLACE_SECRET_KEY"),
        (
            {
                "MARKETPLACE_DATABASE_URL": "postgresql://db/x",
                "MARKETPLACE_SECRET_KEY": "development-secret-development-secret",
            },
            "development secret",
        ),
        ({"MARKETPLACE_DATABASE_URL": "postgresql://db/x", "MARKETPLACE_SECRET_KEY": "0" * 40}, "development secret"),
        ({"MARKETPLACE_DEMO": "on"}, "MARKETPLACE_DEMO is 'on', but must be off"),
    ],
)
def test_production_refuses_to_start_without_a_database_and_a_random_secret(
    provided: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        read_settings({"MARKETPLACE_ENVIRONMENT": "production", **provided})


def test_production_starts_with_a_database_a_random_secret_and_a_public_url() -> None:
    settings = read_settings(PRODUCTION)
    assert settings.secret_key == RANDOM
    assert settings.site_url == "https://sessions.example.org"


def test_production_refuses_to_start_without_a_public_url() -> None:
    with pytest.raises(SettingsError, match=r"^MARKETPLACE_PUBLIC_URL is not set, but must be set with"):
        read_settings(PRODUCTION | {"MARKETPLACE_PUBLIC_URL": ""})


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://sessions.example.org/", "https://sessions.example.org"),
        ("HTTPS://Sessions.Example.org:8443", "https://sessions.example.org:8443"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_public_url_is_an_origin_without_trailing_slash(text: str, url: str) -> None:
    assert read_settings({"MARKETPLACE_PUBLIC_URL": text}).site_url == url


@pytest.mark.parametrize(
    "text",
    [
        "sessions.example.org",
        "ftp://sessions.example.org",
        "https://",
        "https://sessions.example.org/app",
        "https://sessions.example.org//",
        "https://sessions.example.org?a=b",
        "https://sessions.example.org/?",
        "https://sessions.example.org#a",
        "https://ada@sessions.example.org",
        "https://sessions.example.org:99999",
        "https://sessions.example.org:0",
        "https://sessions.example.org\\@evil.example",
        "https://sessions example.org",
        "https://[::1",
        "https://bücher.example",
        "javascript:alert(1)",
    ],
)
def test_public_url_that_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^MARKETPLACE_PUBLIC_URL is .*, but must be an address without a path"):
        read_settings({"MARKETPLACE_PUBLIC_URL": text})


def test_public_url_of_development_is_this_machine_at_its_port() -> None:
    assert read_settings({"MARKETPLACE_PORT": "9000"}).site_url == "http://localhost:9000"


def test_default_folders_are_those_of_the_checkout_wherever_it_is_started_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert (settings.frontend_dir, settings.data_dir) == (ROOT / "frontend/dist", ROOT / ".marketplace")


def test_relative_folders_start_where_the_program_is_started_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({"MARKETPLACE_FRONTEND_DIR": "dist", "MARKETPLACE_DATA_DIR": "data"})
    monkeypatch.chdir("/")
    assert (settings.frontend_dir, settings.data_dir) == (tmp_path / "dist", tmp_path / "data")


def test_no_setting_has_a_relative_default_path() -> None:
    paths = [value for value in asdict(read_settings({})).values() if isinstance(value, Path)]
    assert paths
    assert all(path.is_absolute() for path in paths)


def test_a_secret_is_read_from_a_file_without_its_last_line_break(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{RANDOM}\n")
    (tmp_path / "url").write_text("postgresql://db/x\n")
    settings = read_settings(
        {
            "MARKETPLACE_ENVIRONMENT": "production",
            "MARKETPLACE_PUBLIC_URL": "https://sessions.example.org",
            "MARKETPLACE_SECRET_KEY_FILE": str(tmp_path / "key"),
            "MARKETPLACE_DATABASE_URL_FILE": str(tmp_path / "url"),
        }
    )
    assert (settings.secret_key, settings.database_url) == (RANDOM, "postgresql://db/x")


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL"])
def test_invalid_secret_file_is_named_without_its_content(tmp_path: Path, name: str) -> None:
    variable = f"MARKETPLACE_{name}_FILE"
    empty, short = tmp_path / "empty", tmp_path / "short"
    empty.write_text("\n")
    short.write_text("hunter2")
    for path in (tmp_path / "nothing", tmp_path, empty):
        with pytest.raises(SettingsError, match=rf"^{variable} is '{path}', but must be a (readable )?file"):
            read_settings({variable: str(path)})
    with pytest.raises(SettingsError, match=rf"^MARKETPLACE_{name} is \(not shown\)"):
        read_settings({variable: str(short)})


def test_secret_set_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(RANDOM)
    with pytest.raises(SettingsError, match="both set"):
        read_settings({"MARKETPLACE_SECRET_KEY": RANDOM, "MARKETPLACE_SECRET_KEY_FILE": str(tmp_path / "key")})


def test_production_drains_before_stopping_by_default() -> None:
    assert read_settings(PRODUCTION).drains_for == timedelta(seconds=5)
    assert read_settings(PRODUCTION | {"MARKETPLACE_SHUTDOWN_DELAY": "0"}).drains_for == timedelta(0)
    assert read_settings({}).drains_for == timedelta(0)


def test_memory_storage_requires_single_worker() -> None:
    with pytest.raises(SettingsError, match="MARKETPLACE_WORKERS"):
        read_settings({"MARKETPLACE_STORAGE": "memory", "MARKETPLACE_WORKERS": "2"})


def test_pool_min_size_cannot_exceed_max_size() -> None:
    with pytest.raises(SettingsError, match="MARKETPLACE_POOL_MIN_SIZE"):
        read_settings({"MARKETPLACE_POOL_MIN_SIZE": "5", "MARKETPLACE_POOL_MAX_SIZE": "4"})


def test_development_secret_is_created_once_and_readable_by_owner_only(tmp_path: Path) -> None:
    secret = stored_secret(tmp_path / "data")
    assert len(secret) >= 32
    assert stored_secret(tmp_path / "data") == secret
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_every_variable_is_explained_in_the_example() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    assert [name for name in VARIABLES if f"\nMARKETPLACE_{name.upper()}=" not in example] == []


def test_the_example_is_valid_as_it_stands() -> None:
    lines = (Path(__file__).parents[2] / ".env.example").read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert read_settings(variables) == read_settings({})


@pytest.mark.parametrize(
    "address",
    [
        "smtp://mail.example.org",
        "smtps://me%40x:hunter2%2F@mail.example.org:465",
        "smtp://mail.example.org:25?starttls=never",
        "smtp://[::1]:2525/",
    ],
)
def test_address_of_a_mail_server_is_accepted(address: str) -> None:
    sender = "Sessions <sessions@example.org>"

    settings = read_settings({"MARKETPLACE_SMTP_URL": address, "MARKETPLACE_MAIL_FROM": sender})

    assert (settings.smtp_url, settings.mail_from, settings.sends_mail) == (
        address,
        ("Sessions", "sessions@example.org"),
        True,
    )


@pytest.mark.parametrize(
    "address",
    [
        "mail.example.org:25",
        "http://me:hunter2@mail.example.org",
        "smtp://me:hunter2@mail.example.org:port",
        "smtp://me:hunter2@mail.example.org?starttls=maybe",
        "smtp://me:hunter2@mail.example.org?tls=required",
        "smtp://hunter2@mail.example.org",
        "smtp://me:hunter2/x@mail.example.org",
        "smtp://:hunter2@",
    ],
)
def test_wrong_address_of_a_mail_server_is_refused_without_quoting_it(address: str) -> None:
    with pytest.raises(SettingsError, match=r"MARKETPLACE_SMTP_URL is \(not shown\), but must be a URL") as caught:
        read_settings({"MARKETPLACE_SMTP_URL": address, "MARKETPLACE_MAIL_FROM": "sessions@example.org"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["Sessions", "a@b@c", "A <a@b>\nBcc: c@d", "<a@b", "a b@example.org", "A, B <@x>"])
def test_sender_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="MARKETPLACE_MAIL_FROM"):
        read_settings({"MARKETPLACE_MAIL_FROM": text})


def test_mail_server_needs_a_sender_and_no_inbox() -> None:
    server = {"MARKETPLACE_SMTP_URL": "smtp://mail.example.org"}

    with pytest.raises(SettingsError, match="MARKETPLACE_MAIL_FROM is not set"):
        read_settings(server)
    with pytest.raises(SettingsError, match="MARKETPLACE_INBOX is 'on', but must be off"):
        read_settings(server | {"MARKETPLACE_MAIL_FROM": "a@example.org", "MARKETPLACE_INBOX": "on"})


def test_production_refuses_to_start_with_an_inbox() -> None:
    with pytest.raises(SettingsError, match="MARKETPLACE_INBOX is 'on', but must be off with MARKETPLACE_ENVIRONMENT"):
        read_settings({"MARKETPLACE_ENVIRONMENT": "production", "MARKETPLACE_INBOX": "on"})


def test_without_a_mail_server_nothing_is_sent() -> None:
    assert not read_settings({}).sends_mail

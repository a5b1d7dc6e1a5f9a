"""The variables of identity providers."""

from pathlib import Path

import pytest

from marketplace.identity_settings import ProviderSettings
from marketplace.settings import SettingsError, read_settings

EXAMPLE = {
    "MARKETPLACE_OIDC_PROVIDERS": "example",
    "MARKETPLACE_OIDC_EXAMPLE_ISSUER": "https://login.example.org/realm/",
    "MARKETPLACE_OIDC_EXAMPLE_CLIENT_ID": "marketplace",
    "MARKETPLACE_OIDC_EXAMPLE_CLIENT_SECRET": "hush",
}


def provider(**changes: str) -> ProviderSettings:
    variables = {f"MARKETPLACE_OIDC_EXAMPLE_{name.upper()}": value for name, value in changes.items()}
    (found,) = read_settings(EXAMPLE | variables).oidc_providers
    return found


def test_provider_has_variables_of_its_own() -> None:
    assert provider() == ProviderSettings(
        name="example",
        label="Example",
        issuer="https://login.example.org/realm/",
        client_id="marketplace",
        client_secret="hush",
    )
    assert provider(label="Our company").label == "Our company"
    assert provider(client_secret="").client_secret is None


def test_secret_is_not_shown() -> None:
    assert "hush" not in repr(read_settings(EXAMPLE))


def test_secret_can_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")

    assert provider(client_secret="", client_secret_file=str(tmp_path / "secret")).client_secret == "from a file"


def test_google_and_github_are_known() -> None:
    variables = {"MARKETPLACE_OIDC_PROVIDERS": "google, github"}
    for name in ("GOOGLE", "GITHUB"):
        variables |= {f"MARKETPLACE_OIDC_{name}_CLIENT_ID": "an ID", f"MARKETPLACE_OIDC_{name}_CLIENT_SECRET": "hush"}

    google, github = read_settings(variables).oidc_providers

    assert (google.label, google.kind, google.issuer) == ("Google", "oidc", "https://accounts.google.com")
    assert (github.label, github.kind, github.issuer) == ("GitHub", "github", "https://github.com")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OIDC_PROVIDERS", "Example"),
        ("OIDC_PROVIDERS", "an-example"),
        ("OIDC_PROVIDERS", "example,github"),
        ("OIDC_EXAMPLE_ISSUER", ""),
        ("OIDC_EXAMPLE_ISSUER", "login.example.org"),
        ("OIDC_EXAMPLE_ISSUER", "http://login.example.org"),
        ("OIDC_EXAMPLE_ISSUER", "https://login.example.org?tenant=1"),
        ("OIDC_EXAMPLE_ISSUER", "https://user:hush@login.example.org"),
        ("OIDC_EXAMPLE_CLIENT_ID", ""),
        ("OIDC_EXAMPLE_LABEL", "x" * 41),
    ],
)
def test_invalid_value_stops_the_start_and_names_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(EXAMPLE | {f"MARKETPLACE_{variable}": value})

    assert "MARKETPLACE_OIDC_" in str(refused.value)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9000", "http://localhost:9000/realm", "http://[::1]:9000"])
def test_issuer_on_this_machine_needs_no_certificate(issuer: str) -> None:
    assert provider(issuer=issuer).issuer == issuer


def test_two_providers_of_one_issuer_are_refused() -> None:
    twin = {name.replace("EXAMPLE", "TWIN"): value for name, value in EXAMPLE.items()}

    with pytest.raises(SettingsError, match="OIDC_EXAMPLE_ISSUER"):
        read_settings(EXAMPLE | twin | {"MARKETPLACE_OIDC_PROVIDERS": "example,twin"})

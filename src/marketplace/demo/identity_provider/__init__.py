"""An OpenID Connect issuer for the demo, a program of its own: everyone is who they say they are."""

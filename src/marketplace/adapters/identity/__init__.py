"""Identity providers: OpenID Connect, and GitHub, which is not."""

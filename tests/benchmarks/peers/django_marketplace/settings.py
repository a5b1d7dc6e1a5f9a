"""Settings of the Django peer: for production, without what its requests do not need."""

import os

SECRET_KEY = "benchmarks-only-4f1d2c3b5a69788796a5b4c3d2e1f00f"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.peers.django_marketplace.urls"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "rest_framework",
    "rest_framework.authtoken",
    "benchmarks.peers.django_marketplace",
]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("BENCH_DATABASE_HOST", ""),
        "NAME": os.environ.get("BENCH_DATABASE_NAME", ""),
        "USER": os.environ.get("BENCH_DATABASE_USER", ""),
        "CONN_MAX_AGE": None,  # a connection stays with its thread
        "OPTIONS": {"options": "-c jit=off"},
    }
}
MIGRATION_MODULES = dict.fromkeys(("contenttypes", "auth", "authtoken", "django_marketplace"))
"""Tables are made from the models: `migrate --run-syncdb`."""
AUTH_USER_MODEL = "django_marketplace.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["benchmarks.peers.django_marketplace.defaults.BearerTokens"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_PAGINATION_CLASS": "benchmarks.peers.django_marketplace.defaults.Pages",
}

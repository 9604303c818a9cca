"""Settings, read once from the environment and checked; everything written at run time lives under GEOGUESS_DATA."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Where things are written
DATA_DIR = Path(env.str("GEOGUESS_DATA", default=str(BASE_DIR / "data"))).expanduser().resolve()
os.umask(0o077)  # the database and the originals are nobody else's to read, nor is anything beside them
DATA_DIR.mkdir(parents=True, exist_ok=True)
if DATA_DIR.stat().st_uid == os.geteuid():
    DATA_DIR.chmod(0o700)
ORIGINALS_DIR = DATA_DIR / "originals"  # as uploaded; never served
STORE_DIR = DATA_DIR / "store"  # display copies, named by their hash
MODELS_DIR = DATA_DIR / "models"  # one artifact folder per version
ENCODERS_DIR = DATA_DIR / "encoders"  # fine-tuned ones, and the weights that get_encoder got
BOUNDARIES_DIR = DATA_DIR / "boundaries"  # sets that import_boundaries made
JOBS_DIR = DATA_DIR / "jobs"  # checkpoints and results of jobs
UPLOADS_DIR = DATA_DIR / "uploads"  # files on their way in
CACHE_DIR = DATA_DIR / "cache"
VALKEY_DIR = DATA_DIR / "valkey"


def _secret_key() -> str:
    """The key in GEOGUESS_DATA: created at the first start, readable by the owner only."""
    path = DATA_DIR / "secret_key"
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        key = path.read_text().strip()
        if not key:
            raise ImproperlyConfigured(f"{path} is empty: delete it, and a new key is made.") from None
        return key
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


def _redis_url() -> str:
    """REDIS_URL, else the address that the embedded Valkey has published, else its default socket."""
    if url := env.str("REDIS_URL", default=""):
        return url
    url_file = VALKEY_DIR / "url"
    return url_file.read_text().strip() if url_file.exists() else f"unix://{VALKEY_DIR / 'valkey.sock'}"


SECRET_KEY = _secret_key()
DEBUG = False
HTTPS = env.bool("GEOGUESS_HTTPS", default=False)
# Where other devices reach the site, such as http://192.168.1.20:8000; `manage.py up` finds it out
ORIGIN = env.str("GEOGUESS_ORIGIN", default="").rstrip("/")
_origin_host = [urlsplit(ORIGIN).netloc.rsplit("@")[-1].removesuffix(f":{urlsplit(ORIGIN).port}")] if ORIGIN else []
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("GEOGUESS_HOSTS", default=[]), *_origin_host]
_scheme = "https" if HTTPS else "http"
CSRF_TRUSTED_ORIGINS = [f"{_scheme}://{host}" for host in ALLOWED_HOSTS]

INSTALLED_APPS = [
    "daphne",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "geoguess.site.storage.StaticFiles",
    "channels",
    "csp",
    "js_lib_leaflet",
    "allauth",
    "allauth.account",
    "auditlog",
    "predictor",
    "pipeline",
    "geoguess",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "geoguess.site.content_security.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
]
ROOT_URLCONF = "geoguess.urls"
ASGI_APPLICATION = "geoguess.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "django.template.context_processors.i18n",
                "geoguess.players.context.reader",
                "geoguess.site.disk.warning",
            ],
        },
    },
]

# --- Database: SQLite in write-ahead mode, or DATABASE_URL
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and channel layer: the embedded Valkey, or REDIS_URL
REDIS_URL = _redis_url()
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "geoguess"},
    }
}

# --- Cache: in the broker too, so that all web processes together count attempts to log in
CACHES = {"default": {"BACKEND": "geoguess.site.cache.SharedCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "geoguess"}}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"predictor.tasks.*": {"queue": "predict"}, "pipeline.tasks.*": {"queue": "pipeline"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # a page must not wait for a broker that is down
CELERY_TASK_IGNORE_RESULT = True  # results are in the database

# --- Predict workers: one on the best device, or one for each GPU named, such as 0,1
PREDICT_DEVICES = env.list("GEOGUESS_PREDICT_DEVICES", default=[])
PREDICT_QUEUE_LIMIT = env.int("GEOGUESS_PREDICT_QUEUE", default=200)  # pictures that may wait
ENCODER_MEMORY_MB = env.int("GEOGUESS_ENCODER_MEMORY", default=2000)  # of the encoders a process keeps loaded
METRICS_TOKEN = env.str("GEOGUESS_METRICS_TOKEN", default="")  # for Prometheus; without one there are no metrics

# --- Static files
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "geoguess.site.storage.StaticStorage"},
}
WHITENOISE_MAX_AGE = 3600

# --- Security
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 365
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CSRF_FAILURE_VIEW = "geoguess.site.denied.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

# --- Guests who have not played for so many days are cleared, unless something refers to them; 0 keeps all
GUEST_DAYS = env.int("GEOGUESS_GUEST_DAYS", default=90)

# --- Audit log: who changed what, without IP addresses
AUDITLOG_DISABLE_REMOTE_ADDR = True
AUDITLOG_USE_BASE_MANAGER = True  # also of rows in the bin

# --- Accounts: user name and password; the e-mail address is optional
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "profile"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no e-mail to addresses without an account
ACCOUNT_EMAIL_SUBJECT_PREFIX = "GeoGuess India: "
ACCOUNT_SESSION_REMEMBER = True
# A class of 60 shares one network address. Wrong passwords are counted for each user name, so that one pupil's do not
# keep the others out; what is counted by address stops only who tries many names.
ACCOUNT_RATE_LIMITS = {
    "signup": "200/h/ip",
    "login": "300/m/ip",
    "login_failed": "200/10m/ip,5/5m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0  # for rate limits by IP address: the one that the proxy names

# --- E-mail: for password resets only, and only if a server is configured
SENDS_EMAIL = bool(env.str("GEOGUESS_EMAIL_URL", default=""))
vars().update(env.email_url("GEOGUESS_EMAIL_URL", default="dummymail://"))
DEFAULT_FROM_EMAIL = env.str("GEOGUESS_EMAIL_FROM", default="webmaster@localhost")

# An optional tile layer, e.g. https://tiles.example.org/{z}/{x}/{y}.png; off by default: the site needs no other host.
TILE_URL = env.str("GEOGUESS_TILE_URL", default="")
_tile_host = ["/".join(TILE_URL.split("/")[:3])] if TILE_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *_tile_host],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}
# Under /admin/ these replace the above: the theme sets inline styles, and its Alpine.js evaluates attributes.
ADMIN_SECURITY_POLICY = {
    "script-src": [SELF, NONCE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}

# --- The look of the admin: django-unfold in the colours of static/css/system.css
UNFOLD = {
    "SITE_TITLE": "GeoGuess India",
    "SITE_HEADER": "GeoGuess India",
    "SITE_ICON": lambda request: static("img/favicon.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")},
    ],
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "geoguess.site.admin_sections.index_context",
    "STYLES": [lambda request: static("css/fonts.css"), lambda request: static("css/admin.css")],
    "SIDEBAR": {"navigation": "geoguess.site.admin_sections.navigation"},
    "BORDER_RADIUS": "0.375rem",
    "COLORS": {
        "base": {  # paper to ink
            "50": "#f5f3ed",
            "100": "#ebe8df",
            "200": "#d8d3c6",
            "300": "#c3c3bd",
            "400": "#a8b2b5",
            "500": "#5f696e",
            "600": "#454f54",
            "700": "#3c474c",
            "800": "#28323a",
            "900": "#12171a",
            "950": "#0c1012",
        },
        "primary": {  # the model's indigo
            "50": "#f1f1fc",
            "100": "#e3e3f8",
            "200": "#c9caf2",
            "300": "#bfc3ff",
            "400": "#aab0ff",
            "500": "#959cff",
            "600": "#3f3fb5",
            "700": "#36369c",
            "800": "#2d2d82",
            "900": "#252568",
            "950": "#17173f",
        },
    },
}

# --- Weights that are not in a package: a checkpoint file for vit_b16; empty means what get_encoder got
VIT_B16_WEIGHTS = env.str("GEOGUESS_VIT_B16_WEIGHTS", default="")
# A checkpoint file of CLIP_MODEL, read by open_clip: its text tower encodes captions in training
CLIP_MODEL = env.str("GEOGUESS_CLIP_MODEL", default="ViT-B-16-quickgelu")
CLIP_WEIGHTS = env.str("GEOGUESS_CLIP_WEIGHTS", default="")

# --- Whether text in pictures is read, where the package rapidocr is here
READ_TEXT = env.bool("GEOGUESS_READ_TEXT", default=True)

# --- A number plate detector: a TorchScript file with the output of a YOLO export; without it plates are boxed by hand
PLATE_WEIGHTS = env.str("GEOGUESS_PLATE_WEIGHTS", default="")

# --- Import from the web: a contact for the sources, a token, the sources' URLs, and the only origins that may be
# private or without TLS, such as http://127.0.0.1:8001 (for tests and mirrors)
IMPORT_CONTACT = env.str("GEOGUESS_IMPORT_CONTACT", default="")
MAPILLARY_TOKEN = env.str("GEOGUESS_MAPILLARY_TOKEN", default="")
IMPORT_ORIGINS = env.list("GEOGUESS_IMPORT_ORIGINS", default=[])
IMPORT_URLS = {
    "commons": env.str("GEOGUESS_COMMONS_URL", default="https://commons.wikimedia.org/w/api.php"),
    "mapillary": env.str("GEOGUESS_MAPILLARY_URL", default="https://graph.mapillary.com"),
    "osv5m": env.str("GEOGUESS_OSV5M_URL", default="https://huggingface.co/datasets/osv5m/osv5m/resolve/main"),
    "kartaview": env.str("GEOGUESS_KARTAVIEW_URL", default="https://api.openstreetcam.org"),
    "stac": env.str("GEOGUESS_STAC_URL", default="https://api.panoramax.xyz/api"),
}

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("hi", "हिन्दी"),
    ("bn", "বাংলা"),
    ("mr", "मराठी"),
    ("ta", "தமிழ்"),
    ("te", "తెలుగు"),
]
LANGUAGE_COOKIE_AGE = SESSION_COOKIE_AGE
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "geoguess" / "locale"]
USE_I18N = True
NUMBER_GROUPING = 3  # in every language, as scripts do
USE_TZ = True
TIME_ZONE = "Asia/Kolkata"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("GEOGUESS_LOG_LEVEL", default="WARNING")},
}

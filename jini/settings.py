"""Settings of every environment, read from the environment; a missing secret refuses to start."""

from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from jini.lib.logs import without_request

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = env("SECRET_KEY")
# Newest first; each is a Fernet key (32 bytes, url-safe base64). Old ones only decrypt.
FIELD_KEYS = env.list("FIELD_KEYS")
# Hashes numbers and addresses of erased people, so that they are known again. With another key they no longer are.
TOMBSTONE_KEY = env("TOMBSTONE_KEY", default="") or (FIELD_KEYS[-1] if FIELD_KEYS else SECRET_KEY)
DEBUG = env.bool("DEBUG", default=False)
# Where browsers and providers reach us; webhook signatures cover this address.
PUBLIC_URL = env("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
IS_SECURE = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Demonstration mode loads invented people and lets the simulator misbehave on purpose.
DEMO = env.bool("DEMO", default=False)

INSTALLED_APPS = [
    "accounts",
    "teams",
    "privacy",
    "leads",
    "dialer",
    "reports",
    "jini.lib",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "accounts.admin_config.JiniAdminConfig",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "template_partials",
    "import_export",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jini.lib.hooks.HookMiddleware",
    "accounts.api.ApiMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "jini.lib.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "accounts.middleware.OrganisationMiddleware",
    "privacy.middleware.AcceptanceMiddleware",
    "privacy.middleware.EndingMiddleware",
    "privacy.middleware.UsageMiddleware",
]

ROOT_URLCONF = "jini.urls"
HOOK_URLCONF = "dialer.hook_urls"
API_URLCONF = "jini.api"
WSGI_APPLICATION = "jini.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "jini.lib.templatetags.jini",
                "template_partials.templatetags.partials",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
# The role that the application works as: it owns nothing, so that row-level security binds it.
DATABASE_ROLE = env("DATABASE_ROLE", default="jini_app")
# No compiling of plans: every question here is answered in milliseconds. And a page out of order costs little more than
# the next one, as in memory and on SSD: at PostgreSQL's own 4, of disks that turn, it read all of a million leads for
# those of a week (360 ms; 13 by the index). Who logs in as that role has it so by itself (deploy/roles.sh): poolers of
# connections pass no options on.
DATABASE_AS_OWNER = "-c jit=off -c random_page_cost=1.1"
DATABASE_AS_APPLICATION = f"{DATABASE_AS_OWNER} -c role={DATABASE_ROLE}"
if DATABASES["default"]["USER"] != DATABASE_ROLE:
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = DATABASE_AS_APPLICATION
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits and other small shared facts: in PostgreSQL, so that pages work while Redis is gone.
# What templates put together once for a process, which names nobody, stays in its memory ("texts").
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "jini_cache"},
    "texts": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "texts"},
}

REDIS_URL = env("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 120, "socket_connect_timeout": 0.5, "socket_timeout": 5}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 110
CELERY_BEAT_SCHEDULE = {
    f"sweep-{queue}": {
        "task": "accounts.sweep",
        "schedule": 10.0,
        "args": [queue],
        "options": {"queue": queue, "expires": 10},
    }
    for queue in ("telephony", "default", "bulk")
} | {
    # What is due of people and of the installation, which no organisation owes (`privacy.tasks`).
    "attend": {"task": "privacy.attend", "schedule": 60.0, "options": {"queue": "bulk", "expires": 60}},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
# Asked at sign-in; without the box the session ends with the browser.
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "accounts.sign_in_forms.SignInForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateForm",
    "reset_password": "accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.ResetPasswordKeyForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "set_password": "accounts.sign_in_forms.SetPasswordForm",
}
# How long a password that was given once more is good for what asks for it (`accounts.step_up`).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
# What a browser sends of visits comes once a minute; the other limits are the library's own.
ACCOUNT_RATE_LIMITS = {"visits": "30/m/user"}
# How many of our own proxies stand in front: rate limits and proofs of consent go by the address before them.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"

SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SECURE_HSTS_PRELOAD = IS_SECURE
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_SECURE else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("hi", _("Hindi"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Kolkata"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Hashed names need collectstatic, which the production image runs; the zero-install run serves the finders' files.
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", default=False)
STATIC_ROOT = BASE_DIR / "staticfiles" if STATIC_MANIFEST else None
WHITENOISE_USE_FINDERS = not STATIC_MANIFEST
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(BASE_DIR / "media")))
# Where the ledger of erasures lies: outside the database, so that what was erased is erased again after a restore.
ERASURE_LEDGER = Path(env("ERASURE_LEDGER", default=str(MEDIA_ROOT.parent / "ledger")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
# Spreadsheets must not take an exported cell for a formula.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
FILE_UPLOAD_PERMISSIONS = 0o600
# Uploads above this are refused by the import form with a message; the margin lets the form see and name them.
IMPORT_MAX_BYTES = 50 * 1024 * 1024
# For tests alone: a source may be a server on this machine, without TLS. Never set in production.
IMPORT_FROM_THIS_MACHINE = False
# Likewise of one file on a lead.
LEAD_FILE_MAX_BYTES = env.int("LEAD_FILE_MAX_BYTES", default=10 * 1024 * 1024)

# Without a mail server the messages land as files, where the zero-install run shows them.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{BASE_DIR / '.jini' / 'mail'}")
vars().update(EMAIL_CONFIG)
# Who answers questions about data and terms at this installation; stands under both documents.
CONTACT_EMAIL = env("CONTACT_EMAIL", default="privacy@localhost")
GRIEVANCE_OFFICER = env("GRIEVANCE_OFFICER", default="")
CONTACT_ADDRESS = env("CONTACT_ADDRESS", default="")
# The firms behind this installation, for its public list: "name|what it does|what it gets|place", separated by ";".
PROCESSORS = [entry for entry in env("PROCESSORS", default="").split(";") if entry.strip()]
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="JiNi <no-reply@localhost>")

# Signs what is sent to push services: the 32 bytes of a P-256 private key, url-safe base64. Without it, there is no push.
VAPID_PRIVATE_KEY = env("VAPID_PRIVATE_KEY", default="")

# Points the Twilio client elsewhere (a local server that speaks Twilio's API).
TWILIO_BASE_URL = env("TWILIO_BASE_URL", default="")
# A master account at Twilio, below which each organisation may have an account of its own opened. Both or neither.
TWILIO_MASTER_SID = env("TWILIO_MASTER_SID", default="")
TWILIO_MASTER_TOKEN = env("TWILIO_MASTER_TOKEN", default="")
# As TWILIO_BASE_URL, for Exotel.
EXOTEL_BASE_URL = env("EXOTEL_BASE_URL", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # The fields that a line carries (`extra`) stand behind it: without the id of its call, a line helps nobody.
    "formatters": {
        "fields": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                without_request,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # Another formatter of exceptions would write the values of variables, and so people's numbers.
                structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "fields"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # Twilio's client writes, at INFO, each request with its parameters, and so numbers of people.
    "loggers": {"twilio.http_client": {"level": "WARNING"}},
}
# The worker writes like every other process.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
SILENCED_SYSTEM_CHECKS: list[str] = []

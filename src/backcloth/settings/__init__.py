"""Every knob, a small frozen group per area, with its unit and the reason for its default.

A setting comes from the environment: `BACKCLOTH_PUBLIC_URL`, `BACKCLOTH_FETCH_ALLOW`,
`BACKCLOTH_BODY_MAX_BYTES` (group `body`, knob `max_bytes`). The command line overrides it. All of them are
validated when the process starts; a wrong one stops it with a message that names it.
"""

from backcloth.settings.all import Settings
from backcloth.settings.engines import CutoutSettings, RefineSettings, StudioSettings
from backcloth.settings.intake import BodySettings, FetchSettings, ImageSettings
from backcloth.settings.jobs import JobSettings, LimitSettings, WebhookSettings
from backcloth.settings.moderation import Backend, ModerationSettings
from backcloth.settings.results import ProvenanceSettings, StoreSettings
from backcloth.settings.values import MIB

__all__ = [
    "MIB",
    "Backend",
    "BodySettings",
    "CutoutSettings",
    "FetchSettings",
    "ImageSettings",
    "JobSettings",
    "LimitSettings",
    "ModerationSettings",
    "ProvenanceSettings",
    "RefineSettings",
    "Settings",
    "StoreSettings",
    "StudioSettings",
    "WebhookSettings",
]

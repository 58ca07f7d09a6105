"""A service with the settings that only security tests want."""

from __future__ import annotations

from pathlib import Path

from harness.service_process import ServiceProcess

FAILURES = 4
SHOP = "https://shop.example"
PROXY = "127.0.0.99"
CHOSEN = "short-and-chosen"


def watchful_service(folder: Path) -> ServiceProcess:
    """It slows down whoever tries tokens, believes one proxy, and may be called by one shop's pages."""
    environment = {
        "BACKCLOTH_LIMIT_FAILED_TOKENS_PER_MINUTE": str(FAILURES),
        "BACKCLOTH_TRUSTED_PROXIES": f"{PROXY}/32",
        "BACKCLOTH_CORS_ORIGINS": f"{SHOP}, https://www.shop.example:8443",
    }
    return ServiceProcess(folder, environment, token=CHOSEN)

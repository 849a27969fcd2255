"""File-name templates that a person gave a name: kept in the settings, offered beside presets."""

from __future__ import annotations

import json

from lightledger.app.settings import TEMPLATES, Settings


class OwnTemplates:
    """Name to pattern, in the order of their names."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def all(self) -> dict[str, str]:
        """What is kept; a file that someone spoilt holds none."""
        try:
            kept = json.loads(str(self._settings.get(TEMPLATES)) or "{}")
        except ValueError:
            return {}
        if not isinstance(kept, dict):
            return {}
        return {str(k): v for k, v in sorted(kept.items()) if isinstance(v, str)}

    def remember(self, name: str, pattern: str) -> None:
        """Keep a pattern under a name, which may have stood for another one."""
        self._keep({**self.all(), name.strip(): pattern})

    def forget(self, name: str) -> None:
        self._keep({k: v for k, v in self.all().items() if k != name})

    def name_of(self, pattern: str) -> str:
        """Under which name a pattern is kept; ''."""
        return next((name for name, known in self.all().items() if known == pattern), "")

    def _keep(self, templates: dict[str, str]) -> None:
        self._settings.set(TEMPLATES, json.dumps(templates, ensure_ascii=False))

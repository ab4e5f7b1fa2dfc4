"""Editor drafts that survive hang-up and kill: one file per account, never a password."""

import json
from pathlib import Path

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.draft import Draft
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.providers import provider_of
from tui_reseller.storage.paths import account_folder
from tui_reseller.system.files import read_plain, write_whole

_LARGEST = 1024 * 1024


class Drafts:
    """Drafts in the state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "drafts"

    def load(self, account: str) -> Draft | None:
        """Return the last draft, or None. What cannot be read is no draft."""
        try:
            found = json.loads(read_plain(self._path(account), _LARGEST))
            loaded, fields = Customer.from_dict(provider_of(account), found["loaded"]), found["fields"]
            if found["account"] != account:
                return None
            texts = {name: value for name, value in fields.items() if isinstance(value, str)}
            return Draft(loaded, texts, was_told=found.get("was_told") is True)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, BadConfig):
            return None

    def save(self, account: str, draft: Draft) -> None:
        """Keep a draft, whole or not at all. Raises BadConfig if the disk refuses, ValueError for a password."""
        if any(name.lower().startswith("password") for name in draft.fields):
            raise ValueError("a password is not kept in a draft")
        content: dict[str, object] = {
            "account": account,
            "loaded": draft.loaded.as_dict(),
            "fields": dict(draft.fields),
        }
        content |= {"was_told": True} if draft.was_told else {}
        write_whole(self._path(account), json.dumps(content).encode("ascii"))

    def clear(self, account: str) -> None:
        """Forget it. Raises BadConfig if the disk refuses."""
        try:
            self._path(account).unlink(missing_ok=True)
        except OSError as error:
            raise BadConfig(f"{self._path(account)} cannot be removed: {error.strerror}") from None

    def _path(self, account: str) -> Path:
        return self._folder / f"{account_folder(account)}.json"

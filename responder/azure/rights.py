"""What the app's identities are and may do, and what time it is where Azure is.

Sources: Azure REST API reference, "Permissions - List For Resource" and "Permissions - List For Resource Group" (API
2022-04-01: what the caller may do there, from all of its role assignments at and above that scope); Microsoft identity
platform, "Access token claims reference" (``oid``); RFC 9110, "Date". The list of clouds at ``/metadata/endpoints`` is
open to anybody.
"""

import base64
import binascii
import re
from datetime import datetime
from email.utils import parsedate_to_datetime

import msgspec

from responder.azure import places
from responder.azure.calls import Calls
from responder.azure.translate import translated
from responder.dig import dig, text, texts
from responder.ids import VaultId
from responder.wire import Wire

_API = "2022-04-01"
_CLOUDS_API = "2020-06-01"
_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_GROUP = re.compile(r"^/subscriptions/([^/]+)/resourceGroups/([^/]+)$", re.IGNORECASE)


class Permission(Wire):
    """Actions that are allowed, less those that are not: patterns in which ``*`` stands for anything."""

    actions: list[str]
    not_actions: list[str]


class Holder(Wire):
    """Whose token it is; None where the token does not tell."""

    object_id: str | None
    tenant: str | None


class Rights(Calls):
    """Asked as the identity whose rights are meant. Every method raises `ArmError`s."""

    @translated
    def permissions(self, scope: VaultId | str) -> list[Permission]:
        """What the identity may do in a vault, or in the resource group of an ARM id."""
        subscription, path = _path(scope)
        found = self._pages(subscription, f"{path}/providers/Microsoft.Authorization/permissions", _API)
        return [Permission(actions=texts(row, "actions"), not_actions=texts(row, "notActions")) for row in found]

    @translated
    def token_holder(self) -> Holder:
        """Gets a token for Resource Manager, and reads whose it is. The token itself goes nowhere."""
        claims = _claims(self._clients.token())
        return Holder(object_id=text(claims, "oid"), tenant=text(claims, "tid"))

    @translated
    def service_time(self) -> datetime | None:
        """What the clock of Resource Manager shows; None if its answer does not tell."""
        answer = self._send(_NO_SUBSCRIPTION, "GET", self._url("/metadata/endpoints", _CLOUDS_API))
        try:
            return parsedate_to_datetime(answer.headers.get("Date") or "")
        except ValueError:
            return None


def _path(scope: VaultId | str) -> tuple[str, str]:
    if isinstance(scope, VaultId):
        return scope.subscription, places.vault_path(scope)
    found = _GROUP.match(scope)
    subscription, group = (found[1], found[2]) if found else ("", "")
    return subscription, places.path("subscriptions", subscription, "resourceGroups", group)


def _claims(token: str) -> object:
    """The claims of a token of ours. Nothing is decided by them, so that its signature is not checked."""
    middle = token.split(".")[1] if token.count(".") >= 2 else ""  # noqa: PLR2004  header, claims, signature
    try:
        return dig(msgspec.json.decode(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))))
    except (binascii.Error, msgspec.DecodeError):
        return None

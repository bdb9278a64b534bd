"""The app settings that every deployment decides: what is in scope, how far the app goes, addresses, keys, identity."""

from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from responder import setting_kinds as kind
from responder import setting_targets
from responder.language import Language
from responder.notify.target import Target
from responder.setting import Setting
from responder.terms import Mode

_PUBLIC_CLOUD = 'Microsoft Learn, "Azure Resource Manager endpoints", public cloud'


def _own_address(environ: Mapping[str, str]) -> str | None:
    host = environ.get("WEBSITE_HOSTNAME", "").strip()
    local = host.partition(":")[0] in {"localhost", "127.0.0.1"}  # Azure Functions Core Tools speak http
    return f"{'http' if local else 'https'}://{host}" if host else None


class Essentials(msgspec.Struct, frozen=True, kw_only=True):
    """The first part of `responder.settings.Settings`, which alone is read and used."""

    scope: Annotated[
        tuple[str, ...],
        Setting(
            "RESPONDER_SCOPE",
            kind.scopes,
            "Subscriptions, resource groups and vaults, as comma separated ARM ids, whose failures are handled. "
            "An empty value means nothing at all.",
            "Set it to ARM ids such as /subscriptions/<guid>/resourceGroups/<group>"
            "/providers/Microsoft.RecoveryServices/vaults/<vault>, or to an empty value for no scope.",
            may_be_empty=True,
        ),
    ]
    mode: Annotated[
        Mode,
        Setting(
            "RESPONDER_MODE",
            kind.mode,
            "How much the app may do: autonomous (safe fixes run), review (every fix waits for an approval), "
            "read-only (diagnose and report).",
            "Set it to autonomous, review or read-only.",
            default="autonomous",
        ),
    ]
    webhook_url: Annotated[
        str | None,
        Setting(
            "RESPONDER_WEBHOOK_URL",
            kind.secret_url,
            "Where the result of each incident is posted as JSON. May be missing only where RESPONDER_TARGETS names at "
            "least one target.",
            "Set it to an https address (http on loopback only), or name a target in RESPONDER_TARGETS.",
            optional=True,
        ),
    ]
    webhook_secret: Annotated[
        str | None,
        Setting(
            "RESPONDER_WEBHOOK_SECRET",
            kind.webhook_secret,
            "Key that signs what is posted to RESPONDER_WEBHOOK_URL, and needed with it.",
            "Set it to whsec_ followed by base64 of 24 to 64 random bytes: "
            'echo "whsec_$(openssl rand -base64 32)". Best as a Key Vault reference.',
            optional=True,
            source="Standard Webhooks 1.0.0, Signature scheme",
        ),
    ]
    targets: Annotated[
        tuple[Target, ...],
        Setting(
            "RESPONDER_TARGETS",
            setting_targets.written,
            "Further receivers of results: a JSON array of objects with name, format (json, teams, event-grid), url or "
            "urlFrom, secret or secretFrom, and what each wants: outcomes, severities, vaults, subscriptions, tags, "
            "approvals, digest. docs/delivery.md describes them.",
            'Set it to an array such as [{"name": "ops", "format": "teams", "urlFrom": "OPS_TEAMS_URL"}].',
            default="[]",
            finish=setting_targets.complete,
        ),
    ]
    approval_secret: Annotated[
        str,
        Setting(
            "RESPONDER_APPROVAL_SECRET",
            kind.long_secret,
            "Key that signs approvals of risky fixes.",
            "Set it to at least 32 random characters: openssl rand -base64 32. Best as a Key Vault reference.",
        ),
    ]
    approval_hours: Annotated[
        int,
        Setting(
            "RESPONDER_APPROVAL_HOURS",
            kind.whole(1, 120),
            "Hours after which an approval that nobody gave expires.",
            "Set it to a whole number from 1 to 120.",
            default="24",
        ),
    ]
    cleanup_hours: Annotated[
        int,
        Setting(
            "RESPONDER_CLEANUP_HOURS",
            kind.whole(4, 96),
            "Least number of hours that the service's own clean-up of restore points gets before a collection is "
            "deleted. The playbook waits for 24 hours; a larger number leaves the deletion to a person.",
            "Set it to a whole number from 4 to 96.",
            default="24",
            source='Microsoft Learn, "Back up and restore with Azure Backup instant restore", clean-up within 24 hours',
        ),
    ]
    public_url: Annotated[
        str,
        Setting(
            "RESPONDER_PUBLIC_URL",
            kind.web_url,
            "Address under which people reach this app; links in reports start with it.",
            "Set it to the app's https address.",
            derive=_own_address,
            derived_from="https://$WEBSITE_HOSTNAME",
            source='Microsoft Learn, "Environment variables and app settings in Azure App Service", WEBSITE_HOSTNAME',
        ),
    ]
    language: Annotated[
        Language,
        Setting(
            "RESPONDER_LANGUAGE",
            kind.language,
            "Language of reports, pages and guidance: en (English) or ko (Korean). What is written already stays.",
            "Set it to en or ko.",
            default="en",
        ),
    ]
    time_zone: Annotated[
        ZoneInfo,
        Setting(
            "RESPONDER_TIME_ZONE",
            kind.time_zone,
            "Zone in which people are told times, next to UTC; in JSON they are always UTC.",
            "Set it to a name of the IANA time zone database, such as Asia/Seoul.",
            default="UTC",
        ),
    ]
    arm_endpoint: Annotated[
        str,
        Setting(
            "RESPONDER_ARM_ENDPOINT",
            kind.https_url,
            "Address of Azure Resource Manager; another one for a sovereign cloud.",
            "Set it to an https address: tokens are never sent without TLS.",
            default="https://management.azure.com",
            source=_PUBLIC_CLOUD,
        ),
    ]
    arm_audience: Annotated[
        str,
        Setting(
            "RESPONDER_ARM_AUDIENCE",
            kind.audience,
            "Token scope for Azure Resource Manager.",
            "Set it to the endpoint's audience followed by /.default.",
            default="https://management.azure.com/.default",
            source=_PUBLIC_CLOUD,
        ),
    ]
    arm_ca_file: Annotated[
        str | None,
        Setting(
            "RESPONDER_ARM_CA_FILE",
            kind.file,
            "PEM file of the authorities to trust for the ARM endpoint, where it is not publicly trusted.",
            "Set it to the path of a PEM file, or remove it.",
            optional=True,
        ),
    ]
    client_id: Annotated[
        str | None,
        Setting(
            "RESPONDER_CLIENT_ID",
            kind.guid,
            "Client id of a user-assigned managed identity; without it the system-assigned one is used.",
            "Set it to the client id (a GUID) of the identity, or remove it.",
            optional=True,
        ),
    ]
    remediate_client_id: Annotated[
        str | None,
        Setting(
            "RESPONDER_REMEDIATE_CLIENT_ID",
            kind.guid,
            "Client id of a second user-assigned managed identity, which alone makes changes: it has the role "
            "'Backup Responder: remediate', the other one 'Backup Responder: diagnose'. Without it one identity does "
            "all, and has both roles.",
            "Set it to the client id (a GUID) of the identity that makes changes, or remove it.",
            optional=True,
        ),
    ]

"""Every app setting, declared once: name, kind, default, remedy, meaning and where the default comes from.

`load` reads and checks all of them at once; `reference` is the same declaration as rows for the documentation.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, get_args, get_type_hints

from responder import setting_kinds as kind
from responder.errors import Problem, SettingsError
from responder.setting import Row, Setting, shown_default, value
from responder.settings_essentials import Essentials
from responder.terms import Mode

SWEEP_SCHEDULE = "RESPONDER_SWEEP_SCHEDULE"
"""Named by the sweep's trigger, if it is set."""

EVERY_QUARTER = "0 */15 * * * *"

_SUPPORT_MATRIX = 'Microsoft Learn, "Support matrix for Azure VM backups", on-demand backups a day'
_TROUBLESHOOTING = (
    'Microsoft Learn, "Troubleshoot Azure Backup failure: Issues with the agent or extension", '
    "UserErrorRpCollectionLimitReached: 18 instant restore points a VM"
)


class Settings(Essentials, frozen=True, kw_only=True):
    """The app settings, typed. Hours, days, counts and kilobytes (1024 bytes) as the names say."""

    on_demand_per_day: Annotated[
        int,
        Setting(
            "RESPONDER_ON_DEMAND_PER_DAY",
            kind.whole(1, 9),
            "On-demand backups of one VM in 24 hours, whoever starts them; the app starts no more than that.",
            "Set it to a whole number from 1 to 9.",
            default="3",
            source=f"{_SUPPORT_MATRIX}: 3 next to the scheduled one recommended, 9 attempts at most",
        ),
    ]
    on_demand_retention_days: Annotated[
        int,
        Setting(
            "RESPONDER_ON_DEMAND_RETENTION_DAYS",
            kind.whole(1, 9999),
            "Days that the recovery point of an on-demand backup is kept.",
            "Set it to a whole number from 1 to 9999.",
            default="30",
            source='Microsoft Learn, "Azure Backup FAQ: back up Azure VMs", default retention of on-demand backups',
        ),
    ]
    restore_point_limit: Annotated[
        int,
        Setting(
            "RESPONDER_RESTORE_POINT_LIMIT",
            kind.whole(1, 500),
            "Instant restore points of one VM at which its collection counts as full.",
            "Set it to a whole number from 1 to 500.",
            default="18",
            source=_TROUBLESHOOTING,
        ),
    ]
    disk_limit_gb: Annotated[
        int,
        Setting(
            "RESPONDER_DISK_LIMIT_GB",
            kind.whole(4095, 1_048_576),
            "Largest disk that Azure Backup takes in the regions at hand, in GB.",
            "Set it to a whole number from 4095 to 1048576.",
            default="32767",
            source='Microsoft Learn, "Troubleshoot Azure Backup failure: Issues with the agent or extension", '
            "UserErrorUnsupportedDiskSize: 32 TB; the support matrix says 64 TB",
        ),
    ]
    playbook_folder: Annotated[
        str | None,
        Setting(
            "RESPONDER_PLAYBOOK_FOLDER",
            kind.folder,
            "Folder with playbooks of your own, one YAML file a code; they go before those of the app.",
            "Set it to the path of a folder inside the deployed app, or remove it.",
            optional=True,
        ),
    ]
    backup_service_object_id: Annotated[
        str | None,
        Setting(
            "RESPONDER_BACKUP_SERVICE_OBJECT_ID",
            kind.guid,
            "Object id of the service principal 'Backup Management Service' in your tenant; without it the app cannot "
            "tell which key vault rights are the service's.",
            "Set it to the answer of: az ad sp show --id 262044b1-e2ce-469f-a196-69ab7ada62d3 --query id --output tsv",
            optional=True,
            source='Microsoft Learn, "Back up and restore encrypted Azure VMs", permissions',
        ),
    ]
    backup_service_app_id: Annotated[
        str,
        Setting(
            "RESPONDER_BACKUP_SERVICE_APP_ID",
            kind.guid,
            "Application id of 'Backup Management Service'; it is another one in sovereign clouds.",
            "Set it to a GUID.",
            default="262044b1-e2ce-469f-a196-69ab7ada62d3",
            source='Microsoft Learn, "Back up Azure VMs with PowerShell", enable protection',
        ),
    ]
    attempts_per_window: Annotated[
        int,
        Setting(
            "RESPONDER_ATTEMPTS_PER_WINDOW",
            kind.whole(1, 100),
            "Ad hoc backups that the app tries for one VM within RESPONDER_ATTEMPT_WINDOW_HOURS.",
            "Set it to a whole number from 1 to 100.",
            default="5",
        ),
    ]
    attempt_window_hours: Annotated[
        int,
        Setting(
            "RESPONDER_ATTEMPT_WINDOW_HOURS",
            kind.whole(1, 720),
            "Hours over which attempts are counted.",
            "Set it to a whole number from 1 to 720.",
            default="24",
        ),
    ]
    concurrent_incidents: Annotated[
        int,
        Setting(
            "RESPONDER_CONCURRENT_INCIDENTS",
            kind.whole(1, 1000),
            "Incidents that may act at the same time; more of them wait.",
            "Set it to a whole number from 1 to 1000.",
            default="50",
        ),
    ]
    starts_per_hour: Annotated[
        int,
        Setting(
            "RESPONDER_STARTS_PER_HOUR",
            kind.whole(1, 10_000),
            "Incidents of one subscription that begin in an hour, after the first five; more wait for their turn.",
            "Set it to a whole number from 1 to 10000.",
            default="250",
            source="Recorded rate-limit headers of Azure Backup: 300 reads of protected items an hour",
        ),
    ]
    job_reads_per_hour: Annotated[
        int,
        Setting(
            "RESPONDER_JOB_READS_PER_HOUR",
            kind.whole(10, 140),
            "Reads of backup jobs of one subscription in an hour, all incidents together; the rest is left to people.",
            "Set it to a whole number from 10 to 140.",
            default="55",
            source="Recorded rate-limit headers of Azure Backup: 150 reads of jobs an hour",
        ),
    ]
    backoff_minutes: Annotated[
        int,
        Setting(
            "RESPONDER_BACKOFF_MINUTES",
            kind.whole(0, 720),
            "Minutes that a VM rests after an incident that ended without a good backup; doubled with each further "
            "one, up to 12 hours.",
            "Set it to a whole number from 0 to 720.",
            default="30",
        ),
    ]
    remediation_pause_hours: Annotated[
        int,
        Setting(
            "RESPONDER_REMEDIATION_PAUSE_HOURS",
            kind.whole(0, 168),
            "Hours after a successful change within which a VM that fails again is left to a person: the cure did not "
            "last. 0: it is treated like any other.",
            "Set it to a whole number from 0 to 168.",
            default="12",
        ),
    ]
    destructive_per_hour: Annotated[
        int,
        Setting(
            "RESPONDER_DESTRUCTIVE_PER_HOUR",
            kind.whole(0, 1000),
            "Changes in an hour, over all incidents: deletions of locks, restore points and extensions, restarts, "
            "cancelled jobs ...; 0 forbids them. Ad hoc backups are not counted.",
            "Set it to a whole number from 0 to 1000.",
            default="10",
        ),
    ]
    max_body_kb: Annotated[
        int,
        Setting(
            "RESPONDER_MAX_BODY_KB",
            kind.whole(1, 102_400),
            "Largest request body that is read, in kilobytes.",
            "Set it to a whole number from 1 to 102400.",
            default="1024",
            source='Microsoft Learn, "Event Grid quotas and limits": an event has at most 1 MB',
        ),
    ]
    sweep_schedule: Annotated[
        str,
        Setting(
            SWEEP_SCHEDULE,
            kind.schedule,
            "When the app looks for failed jobs that no alert told of, and for VMs whose backup is overdue, in UTC. To "
            "switch it off, set AzureWebJobs.sweep.Disabled (on Linux AzureWebJobs__sweep__Disabled) to true.",
            "Set it to an NCRONTAB expression of six fields, the second first, such as 0 */15 * * * *.",
            default=EVERY_QUARTER,
            source='Microsoft Learn, "Timer trigger for Azure Functions", NCRONTAB expressions; "How to disable '
            'functions in Azure Functions"',
        ),
    ]
    sweep_first_hours: Annotated[
        int,
        Setting(
            "RESPONDER_SWEEP_FIRST_HOURS",
            kind.whole(1, 336),
            "Hours that the very first look for failed jobs goes back. Later ones go on where the last one ended.",
            "Set it to a whole number from 1 to 336.",
            default="24",
            source='Microsoft Learn, "Query your backups using Azure Resource Graph": jobs are kept for 14 days',
        ),
    ]
    overdue_hours: Annotated[
        int,
        Setting(
            "RESPONDER_OVERDUE_HOURS",
            kind.whole(1, 720),
            "Hours beyond the pause that its policy allows after which a VM without a good backup becomes an incident "
            "(BackupOverdue), if no failed job explains it.",
            "Set it to a whole number from 1 to 720.",
            default="12",
        ),
    ]
    playbook_modes: Annotated[
        Mapping[str, Mode],
        Setting(
            "RESPONDER_PLAYBOOK_MODES",
            kind.modes,
            "Stricter modes for single error codes, as Code=review,OtherCode=read-only.",
            "Set it to comma separated Code=mode pairs, or remove it.",
            default="",
            may_be_empty=True,
        ),
    ]
    webhook_seconds: Annotated[
        int,
        Setting(
            "RESPONDER_WEBHOOK_SECONDS",
            kind.whole(1, 60),
            "Seconds that one attempt to post a result may take, all in all; what takes longer is tried again later.",
            "Set it to a whole number from 1 to 60.",
            default="20",
            source="Standard Webhooks 1.0.0, Deliverability and reliability: 15 to 30 seconds",
        ),
    ]


def load(environ: Mapping[str, str]) -> Settings:
    """The settings that an environment holds.

    Raises:
        SettingsError: lists every setting that is missing or wrong, with its remedy.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field, setting in declared().items():
        try:
            values[field] = value(setting, environ)
        except ValueError as error:
            problems.append(Problem(name=setting.name, what=str(error), remedy=setting.remedy))
    problems += _without_a_receiver(values, {problem.name for problem in problems})
    if problems:
        raise SettingsError(problems)
    return Settings(**values)


def _without_a_receiver(values: Mapping[str, Any], wrong: Collection[str]) -> list[Problem]:
    """What is missing so that results reach somebody; nothing where those settings are wrong anyway."""
    settings = declared()
    url, secret = settings["webhook_url"], settings["webhook_secret"]
    if {url.name, secret.name, settings["targets"].name} & set(wrong):
        return []
    missing = [] if values["targets"] or values["webhook_url"] else [url]
    missing += [secret] if (missing or values["webhook_url"]) and not values["webhook_secret"] else []
    return [Problem(name=setting.name, what="the setting is missing", remedy=setting.remedy) for setting in missing]


def reference() -> list[Row]:
    """One row per setting, in the order of declaration, for the documentation."""
    return [
        Row(setting.name, shown_default(setting), setting.about, setting.remedy, setting.source)
        for setting in declared().values()
    ]


def declared() -> dict[str, Setting]:
    """Field name of `Settings` -> declaration of its app setting."""
    hints = get_type_hints(Settings, include_extras=True)
    return {field: get_args(hint)[1] for field, hint in hints.items()}

"""Backup jobs as resources: rows of Resource Graph, and bodies of the REST API.

Sources: Azure Resource Graph, table RecoveryServicesResources, type microsoft.recoveryservices/vaults/backupjobs;
Azure REST API reference, "Job Details - Get" and "Backup Jobs - List".
"""

import re

from responder.dig import dig, pairs, rows, text
from responder.intake.columns import Columns, facts_of
from responder.intake.facts import Facts, hint_of
from responder.intake.judge import Frame, judged
from responder.intake.model import Results
from responder.intake.nested import properties_of

RESOURCE_GRAPH, REST = "resource-graph", "backup-job"

_TYPE = "microsoft.recoveryservices/vaults/backupjobs"
_OF_THE_TYPE = re.compile(r"/vaults/[^/]+/backupjobs/[^/]+$", re.IGNORECASE)


def understand(candidate: object) -> Results | None:
    """The job, if it is a failed one; None if this is no job."""
    properties = properties_of(candidate)
    kind, resource = (text(candidate, "type") or "").lower(), text(candidate, "id") or ""
    if properties is None or not (kind == _TYPE or _OF_THE_TYPE.search(resource)):
        return None
    source = RESOURCE_GRAPH if dig(candidate, "subscriptionId") or dig(candidate, "tenantId") else REST
    return [judged(Frame(source, candidate), _facts(candidate, properties))]


def _facts(candidate: object, properties: object) -> Facts:
    facts = facts_of(Columns(pairs(properties)))
    jobs = tuple(filter(None, [text(candidate, "name")]))
    vaults = tuple(filter(None, [text(candidate, "id")]))
    error = next(iter(rows(properties, "errorDetails")), None)
    return facts._replace(
        claims=facts.claims._replace(vaults=vaults, jobs=jobs),
        hint=hint_of(None, text(error, "errorTitle")),
        message=text(error, "errorString"),
    )

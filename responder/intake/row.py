"""A flat row: of a table of Log Analytics, or what a query of Resource Graph projects.

Sources: Azure Monitor table reference, AddonAzureBackupJobs; Microsoft Learn, "Automatically retry failed backup
jobs", whose projection names vault, item and times, but no job.
"""

from responder.dig import pairs
from responder.intake.columns import Columns, facts_of
from responder.intake.judge import Frame, judged
from responder.intake.model import Results

LOG_ANALYTICS, RESOURCE_GRAPH = "log-analytics", "resource-graph"


def understand(candidate: object) -> Results | None:
    """The job that the row is about; None if it names neither a job nor an item in a vault."""
    columns = Columns(pairs(candidate))
    if not columns.are_about_a_job:
        return None
    source = LOG_ANALYTICS if columns.are_of_a_log else RESOURCE_GRAPH
    return [judged(Frame(source, candidate), facts_of(columns))]

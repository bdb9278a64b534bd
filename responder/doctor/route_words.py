"""What people are told about the way of a vault's alerts: each finding by its name, with what mends it."""

from typing import NamedTuple

from responder.azure.alerting import AlertRule
from responder.doctor.model import Area, Probe
from responder.errors import ArmError
from responder.ids import VaultId
from responder.language import say

AREA = Area("alert-routing")

_RULE = "az monitor alert-processing-rule"
_VAULT_API = "2024-04-01"


class Route(NamedTuple):
    """The way of one vault's alerts."""

    vault: VaultId

    def no_rule(self, *, swept: bool) -> Probe:
        """Nobody is called; where the sweep runs, that may be meant."""
        remedy, command = say("Create the rule, or deploy infra/ with the vault's id in vaultIds."), self._create()
        if swept:
            text = say(
                "No rule adds an action group to the alerts of {vault}; only the sweep finds its failures.",
                vault=self.vault,
            )
            return AREA.doubt("NoRule", text, remedy, command)
        text = say(
            "No rule adds an action group to the alerts of {vault}, and the sweep is off: nobody tells the app.",
            vault=self.vault,
        )
        return AREA.wrong("NoRule", text, remedy, command)

    def for_another_vault(self, rules: list[str]) -> Probe:
        """The app's rule is there, with other scopes."""
        text = say(
            "The rules that call this app do not cover {vault}: {rules}", vault=self.vault, rules=", ".join(rules)
        )
        return AREA.wrong("RuleForAnotherVault", text, say("Add the vault to the scopes of the rule."), self._create())

    def alerts_off(self) -> Probe:
        """The vault raises none."""
        text = say("The built-in alerts for job failures are switched off in {vault}.", vault=self.vault)
        return AREA.wrong("AlertsOff", text, say("Switch them on in the vault's properties."), self._switch_on())

    def alerts_untold(self) -> Probe:
        """The vault does not say."""
        text = say("{vault} does not say whether it raises alerts for job failures.", vault=self.vault)
        remedy = say("Look at the vault's properties, monitoring settings, and save them once.")
        return AREA.doubt("AlertsUntold", text, remedy, self._switch_on())

    def disabled(self, rule: AlertRule) -> Probe:
        """The rule is there and does nothing."""
        text = say(
            "The rule that should tell of failures in {vault} is disabled: {rule}", vault=self.vault, rule=rule.id
        )
        return AREA.wrong(
            "RuleDisabled", text, say("Enable the rule."), f"{_RULE} update --ids {rule.id} --enabled true"
        )

    def filtered(self, rule: AlertRule) -> Probe:
        """The rule is about other alerts."""
        text = say(
            "The filters of the rule keep the Backup Failure alerts of {vault} out: {rule}",
            vault=self.vault,
            rule=rule.id,
        )
        return AREA.wrong(
            "RuleFiltersOut", text, say("Correct its filters, or create a rule of its own."), self._create()
        )

    def over(self, rule: AlertRule) -> Probe:
        """The rule's time has passed or not come."""
        text = say(
            "The schedule of the rule for {vault} is over, or has not begun: {rule}", vault=self.vault, rule=rule.id
        )
        return AREA.wrong("RuleOver", text, say("Let the rule act always."), self._create())

    def at_times(self, rule: AlertRule) -> Probe:
        """The rule acts now and then."""
        text = say(
            "The rule for {vault} lets only some alerts through, or acts at certain times: {rule}",
            vault=self.vault,
            rule=rule.id,
        )
        return AREA.doubt("RuleAtTimes", text, say("Let the rule act always, on all Backup Failure alerts."))

    def group_unread(self, rule: AlertRule, group: str, error: ArmError) -> Probe:
        """The action group is gone, or may not be read."""
        why = error.code or type(error).__name__
        text = say(
            "The action group of {vault} could not be read ({why}): {group}. Rule: {rule}",
            vault=self.vault,
            group=group,
            rule=rule.id,
            why=why,
        )
        remedy = say("Create the action group anew, or let the app's identity read it.")
        return AREA.wrong("ActionGroupNotRead", text, remedy)

    def group_disabled(self, rule: AlertRule, group: str) -> Probe:
        """The action group calls nobody."""
        text = say(
            "The action group that the rule for {vault} adds is disabled: {group}. Rule: {rule}",
            vault=self.vault,
            group=group,
            rule=rule.id,
        )
        command = f"az monitor action-group update --ids {group} --set enabled=true"
        return AREA.wrong("ActionGroupDisabled", text, say("Enable the action group."), command)

    def somebody_else(self, rule: AlertRule, group: str, hosts: list[str]) -> Probe:
        """The action group calls another address."""
        text = say(
            "The action group that the rule for {vault} adds calls somebody else ({hosts}): {group}. Rule: {rule}",
            vault=self.vault,
            group=group,
            rule=rule.id,
            hosts=", ".join(hosts) or "-",
        )
        remedy = say("Give the action group a receiver with this app's address, or deploy infra/ again.")
        return AREA.wrong("CallsSomebodyElse", text, remedy)

    def by_others(self, rule: AlertRule, group: str) -> Probe:
        """The action group calls what may hand on."""
        text = say(
            "The action group of {vault} calls others, which may hand on to this app: {group}. Rule: {rule}",
            vault=self.vault,
            group=group,
            rule=rule.id,
        )
        return AREA.doubt("CallsByOthers", text, say("Send a test alert by that way, and look for its incident."))

    def muted(self, rule: AlertRule) -> Probe:
        """Another rule takes the action groups away."""
        text = say("A rule mutes all alerts of {vault}: {rule}", vault=self.vault, rule=rule.id)
        return AREA.wrong(
            "Muted",
            text,
            say("Disable that rule, or take the vault out of it."),
            f"{_RULE} update --ids {rule.id} --enabled false",
        )

    def muted_at_times(self, rule: AlertRule) -> Probe:
        """The same now and then, as in a maintenance window."""
        text = say(
            "A rule mutes some alerts of {vault}, or all of them at certain times: {rule}",
            vault=self.vault,
            rule=rule.id,
        )
        return AREA.doubt("MutedAtTimes", text, say("Make sure that this is meant: the app is not told then."))

    def _create(self) -> str:
        return (
            f"{_RULE} create --resource-group <group> --name <rule> --rule-type AddActionGroups"
            f' --scopes "{self.vault}" --action-groups <action group id>'
            ' --filter-alert-rule-name Equals "Backup Failure"'
        )

    def _switch_on(self) -> str:
        body = (
            '{"properties":{"monitoringSettings":{"azureMonitorAlertSettings":{"alertsForAllJobFailures":"Enabled"}}}}'
        )
        return f"az rest --method patch --url \"{self.vault}?api-version={_VAULT_API}\" --body '{body}'"

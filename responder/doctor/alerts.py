"""Whether the Backup Failure alerts of each vault in scope reach this app.

Built-in alerts have no action group of their own: a rule has to add one, and one of its receivers has to be this app.
Other ways (log alerts, Event Grid) are not looked at; ``docs/doctor.md`` says what that means.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from threading import Event
from typing import NamedTuple
from urllib.parse import urlsplit

from responder.azure.alerting import ActionGroup, AlertRule, Receiver
from responder.azure.gateway import Gateway, rights_of
from responder.doctor import estate, rules
from responder.doctor.model import Probe
from responder.doctor.route_words import AREA, Route
from responder.doctor.run import Look
from responder.doctor.sweep import is_on
from responder.errors import ArmError, Forbidden, NotFound, Rejected
from responder.ids import VaultId
from responder.language import say
from responder.settings import Settings


class Ours(NamedTuple):
    """By which names this app is called, in small letters."""

    hosts: frozenset[str]
    app: str

    def takes(self, receiver: Receiver) -> bool:
        """Whether a receiver is this app: by the host of its address, or as a function app by its name."""
        named = (receiver.app or "").lower().rpartition("/microsoft.web/sites/")[2]
        return (receiver.host or "").lower() in self.hosts or (bool(named) and named == self.app)


class Watch:
    """One look at all rules and action groups; each is read once."""

    def __init__(self, gateway: Gateway, ours: Ours, now: datetime | None, *, swept: bool) -> None:
        self._gateway, self._ours, self._now, self._swept = gateway, ours, now, swept
        self._rules: dict[str, list[AlertRule]] = {}
        self._groups: dict[str, ActionGroup | ArmError] = {}

    def vault(self, vault: VaultId) -> Iterator[Probe]:
        """What is wrong with the way of a vault's alerts; nothing if they reach the app.

        Raises:
            ArmError: rules or vault cannot be read.
        """
        route = Route(vault)
        known = self._of(vault.subscription)
        adding = [rule for rule in known if rule.adds]
        acting = [rule for rule in adding if rules.covers(rule, vault)]
        if not acting:
            yield self._nothing(route, adding)
            return
        yield from self._switch(route)
        yield from self._ways(route, acting)
        yield from self._mutes(route, [rule for rule in known if rule.mutes and rules.covers(rule, vault)])

    def _of(self, subscription: str) -> list[AlertRule]:
        if subscription.lower() not in self._rules:
            self._rules[subscription.lower()] = self._gateway.alert_rules(subscription)
        return self._rules[subscription.lower()]

    def _nothing(self, route: Route, adding: list[AlertRule]) -> Probe:
        others = [rule.id for rule in adding if any(self._calls_us(group) for group in rule.adds)]
        if others:
            return route.for_another_vault(others)
        return route.no_rule(swept=self._swept)

    def _switch(self, route: Route) -> Iterator[Probe]:
        on = self._gateway.job_alerts(route.vault)
        if on is None:
            yield route.alerts_untold()
        elif not on:
            yield route.alerts_off()

    def _ways(self, route: Route, acting: list[AlertRule]) -> Iterator[Probe]:
        """Nothing if one of the rules does; else what stands in the way of each."""
        found = [self._way(route, rule) for rule in acting]
        if None not in found:
            yield from (probe for probe in found if probe)

    def _way(self, route: Route, rule: AlertRule) -> Probe | None:
        if not rule.enabled:
            return route.disabled(rule)
        fits = rules.passes(rule, route.vault)
        if fits is False:
            return route.filtered(rule)
        if self._now and rules.is_over(rule, self._now):
            return route.over(rule)
        called = [self._called(route, rule, group) for group in rule.adds]
        if None not in called:
            return called[0]
        return route.at_times(rule) if fits is None or rule.at_times else None

    def _called(self, route: Route, rule: AlertRule, group_id: str) -> Probe | None:
        group = self._group(group_id)
        if isinstance(group, ArmError):
            return route.group_unread(rule, group_id, group)
        if not group.enabled:
            return route.group_disabled(rule, group_id)
        if any(map(self._ours.takes, group.receivers)):
            return None
        if any(receiver.carries for receiver in group.receivers):
            return route.by_others(rule, group_id)
        return route.somebody_else(rule, group_id, sorted({each.host for each in group.receivers if each.host}))

    def _mutes(self, route: Route, muting: list[AlertRule]) -> Iterator[Probe]:
        for rule in muting:
            fits = rules.passes(rule, route.vault)
            if not rule.enabled or fits is False or (self._now and rules.is_over(rule, self._now)):
                continue
            yield route.muted_at_times(rule) if rule.at_times or fits is None else route.muted(rule)

    def _calls_us(self, group_id: str) -> bool:
        group = self._group(group_id)
        return not isinstance(group, ArmError) and any(map(self._ours.takes, group.receivers))

    def _group(self, group_id: str) -> ActionGroup | ArmError:
        key = group_id.lower()
        if key not in self._groups:
            try:
                self._groups[key] = self._gateway.action_group(group_id)
            except (NotFound, Forbidden, Rejected) as error:
                self._groups[key] = error
        return self._groups[key]


def look(app: Settings, environ: Mapping[str, str]) -> Look:
    """The probe."""

    def run(over: Event) -> Iterator[Probe]:
        gateway = Gateway(app)
        vaults = estate.vaults(app, gateway).vaults
        watch = Watch(gateway, _ours(app, environ), rights_of(app)[0].service_time(), swept=is_on(environ))
        try:
            found = [probe for vault in vaults if not over.is_set() for probe in watch.vault(vault)]
        except Forbidden as error:
            found = [_forbidden(error)]
        yield from found or [AREA.well(say("The alerts of {count} vaults reach this app.", count=len(vaults)))]

    return run


def _forbidden(error: Forbidden) -> Probe:
    text = say("How alerts are routed could not be read: {why}", why=error)
    remedy = say("Deploy the newest version of the role 'Backup Responder: diagnose', and assign it.")
    return AREA.doubt("RoutingNotRead", text, remedy)


def _ours(app: Settings, environ: Mapping[str, str]) -> Ours:
    """The public address, and the platform's own one; the first label of that is the app's name.

    Source: Microsoft Learn, "Environment variables and app settings in Azure App Service".
    """
    own = environ.get("WEBSITE_HOSTNAME", "").partition(":")[0].lower()
    hosts = {(urlsplit(app.public_url).hostname or "").lower(), own} - {""}
    return Ours(frozenset(hosts), (environ.get("WEBSITE_SITE_NAME") or own.partition(".")[0]).lower())

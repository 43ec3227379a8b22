"""Answers about the brokerage: the list of subscribers, and its offices and colleagues in two shapes."""

from __future__ import annotations

from brygga.sandbox.mspecs import people
from brygga.sandbox.mspecs.idents import Json, ident, zulu
from brygga.sandbox.mspecs.world import INACTIVE, World


class Brokerage:
    """Makes answers. `root` is the address that portraits lie under, without a slash at the end."""

    def __init__(self, world: World) -> None:
        self._world = world

    def subscribers(self) -> list[Json]:
        """Ours, and one that has switched the service off."""
        world = self._world
        named = {world.subscriber_id: world.subscription, world.other_subscriber_id: INACTIVE}
        return [
            {
                "subscriberId": subscriber,
                "createdDate": zulu(world.seed.day(-700)),
                "status": status,
                "serviceId": ident("service", 1),
                "organization": people.organization(),
                "isOfficeOptInSubscription": False,
            }
            for subscriber, status in named.items()
        ]

    def subscriber(self, root: str, *, office: str = "", user: str = "") -> Json:
        """The subscription's details; with an id only that office or colleague. The office goes first."""
        whole = self._staff(root)
        if office:
            whole["offices"] = [one for one in whole["offices"] if one["id"] == office]
        elif user:
            whole["users"] = [one for one in whole["users"] if one["id"] == user]
        return {"status": self._world.subscription, "isOfficeOptInSubscription": False, **whole}

    def organization(self, root: str) -> Json:
        """The same brokerage as the organisation section tells of it."""
        whole = self._staff(root)
        whole["offices"] = [people.subscribed_office(one) for one in whole["offices"]]
        for user in whole["users"]:
            user["userOffices"] = user.pop("offices")
        return whole

    def _staff(self, root: str) -> Json:
        seed, count = self._world.seed, self._world.offices
        return {
            "organization": people.organization(),
            "offices": [people.office(seed, n) for n in range(count)],
            "users": [people.user(seed, n, root) for n in range(count * people.COLLEAGUES)],
        }

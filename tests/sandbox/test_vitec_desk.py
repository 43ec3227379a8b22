"""The imitated Vitec takes what outsiders write as the contract says: match order, limits, bare answers."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

BASIC = "Basic YnJ5Z2dhLXNhbmRib3g6c2FuZGJveC12aXRlYy1wYXNzd29yZA=="
WHO = {"customerId": "M90001", "firstName": "Tolvan", "lastName": "Prövander"}
PHONES = {"cellPhone": "070-1740698"}


async def send(vitec: Any, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and decoded JSON (None where there is no body)."""
    asked = {"headers": {"Authorization": BASIC}, "json": body}
    async with vitec.session.request(method, vitec.base + path, **asked) as answer:
        return answer.status, await answer.json() if answer.content_length else None


async def person(vitec: Any, **members: Any) -> tuple[int, Any]:
    return await send(vitec, "POST", "/Contacts/UpdatePerson", {**WHO, **members})


async def count(vitec: Any) -> int:
    return int((await vitec.control("counts"))["contacts"])


async def test_the_answer_to_an_upsert_is_a_bare_id(vitec: Any) -> None:
    status, identifier = await person(vitec, **PHONES)
    assert (status, identifier[:3]) == (200, "ADR")
    _, body = await vitec.get(f"/CRM/Contact/M90001/Person/{identifier}")
    assert (body["type"], body["firstName"], body["telephone"]["cell"]) == ("Person", "Tolvan", "070-1740698")


async def test_the_order_is_id_then_number_then_name_with_a_way_of_contact(vitec: Any) -> None:
    number = {"socialSecurityNumber": "19121212-1212"}
    _, first = await person(vitec, **PHONES, **number)
    assert (await person(vitec, **PHONES, **number, lastName="Annan"))[1] == first
    assert (await person(vitec, cellPhone="+46701740698", lastName="Annan"))[1] == first
    assert (await person(vitec, email={"emailAddress": "x@example.test"}, contactId=first))[1] == first
    _, other = await person(vitec, cellPhone="070-1740699")
    assert other != first


async def test_a_name_alone_or_a_work_phone_doubles_with_each_repeat(vitec: Any) -> None:
    before = await count(vitec)
    for _ in range(2):
        await person(vitec, workPhone="070-1740697")
    assert await count(vitec) == before + 2
    assert (await person(vitec))[0] == 400


async def test_blank_members_change_nothing(vitec: Any) -> None:
    _, identifier = await person(vitec, **PHONES)
    await person(vitec, **PHONES, contactId=identifier, firstName="", email={"emailAddress": ""})
    _, body = await vitec.get(f"/CRM/Contact/M90001/Person/{identifier}")
    assert body["firstName"] == "Tolvan"


@pytest.mark.parametrize(
    "members",
    [
        {"firstName": "A" * 31},
        {"cellPhone": "0" * 18},
        {"email": {"emailAddress": "a" * 101}},
        {"address": {"city": "S" * 26}},
        {"customerId": ""},
    ],
)
async def test_what_is_too_long_or_nobodys_is_refused(vitec: Any, members: dict[str, Any]) -> None:
    before = await count(vitec)
    assert (await person(vitec, **{**PHONES, **members}))[0] == 400
    assert await count(vitec) == before


async def test_another_customer_is_closed(vitec: Any) -> None:
    assert (await person(vitec, **PHONES, customerId="M1"))[0] == 403


async def test_a_company_is_told_by_its_number(vitec: Any) -> None:
    firm = {"customerId": "M90001", "companyName": "Provbolaget AB", "switchPhone": "070-1740696"}
    number = {"corporateNumber": "556036-0793"}
    _, first = await send(vitec, "POST", "/Contacts/UpdateCompany", {**firm, **number})
    _, again = await send(
        vitec, "POST", "/Contacts/UpdateCompany", {**firm, **number, "companyName": "Nytt AB"}
    )
    assert first == again
    _, body = await vitec.get(f"/CRM/Contact/M90001/Company/{first}")
    assert (body["name"], body["telephone"]["switch"]) == ("Nytt AB", "070-1740696")


async def test_searches_find_by_text_phone_and_number(vitec: Any) -> None:
    _, identifier = await person(
        vitec, **PHONES, socialSecurityNumber="19121212-1212", email={"emailAddress": "tp@example.test"}
    )
    root = "/CRM/Contact/M90001"
    for path in (
        f"{root}/Search?text=tp@example.test",
        f"{root}/Search?text=Prövander Tolvan",
        f"{root}/Search?text=%2B46701740698",
        f"{root}/search/SocialNumber?socialSecurityNumber=191212121212",
    ):
        _, found = await vitec.get(path)
        assert identifier in [row["id"] for row in found["persons"]], path
    assert (await vitec.get(f"{root}/Search"))[0] == 400


async def test_the_sync_list_has_its_own_names(vitec: Any) -> None:
    question = {"customerId": "M90001", "changedDateFrom": "2025-01-01T00:00:00Z"}
    _, (entry,) = await send(vitec, "POST", "/Contacts/GetContactsSyncList", question)
    assert entry.keys() == {"customerId", "persons", "companies", "estates"}
    assert entry["persons"][0].keys() == {"contactId", "dateChanged"}
    _, group = await send(vitec, "POST", "/Contacts/GetContactsSyncList", {"customerId": "G90000"})
    assert [one["customerId"] for one in group] == ["M90001", "M90002", "M90003"]


async def test_an_answer_is_lost_after_the_act(vitec: Any) -> None:
    before = await count(vitec)
    await vitec.control("faults", {"next": [{"fault": "lost-answer", "method": "POST"}]})
    with pytest.raises(aiohttp.ClientError):
        await person(vitec, **PHONES)
    assert await count(vitec) == before + 1
    assert (await vitec.control("counts"))["writes"] == {"contact.create": 1}


async def test_a_merge_keeps_what_the_one_that_is_left_lacked(vitec: Any) -> None:
    _, first = await person(vitec, **PHONES)
    _, second = await person(
        vitec, cellPhone="070-1740699", email={"emailAddress": "b@example.test"},
        socialSecurityNumber="19121212-1212",
    )  # fmt: skip  # one person
    before = await count(vitec)
    await vitec.control("mutate", {"what": "merge_contacts", "ids": [first, second]})
    assert await count(vitec) == before - 1
    _, body = await vitec.get(f"/CRM/Contact/M90001/Person/{first}")
    assert body["socialSecurityNumber"] == "19121212-1212"
    assert (body["telephone"]["cell"], body["telephone"]["other"]) == ("070-1740698", "070-1740699")
    assert body["email"]["emailAddress2"] == "b@example.test"


async def test_bids_are_made_hidden_annulled_and_kept(vitec: Any) -> None:
    _, page = await vitec.get("/Advertising/Estate/M90001")
    estate = page["rows"][0]["id"]
    _, who = await person(vitec, **PHONES)
    path = f"/CRM/Bid/M90001/{estate}/{who}"
    _, shown = await send(vitec, "POST", path, {"amount": "4050000"})
    _, unseen = await send(vitec, "POST", path, {"amount": "4060000", "isHidden": True})
    _, bids = await vitec.get(f"/CRM/Bids/M90001?EstateId={estate}&ContactId={who}")
    _, hidden = await vitec.get(f"/CRM/HiddenBids/M90001?EstateId={estate}&ContactId={who}")
    assert ([one["id"] for one in bids], [one["id"] for one in hidden]) == ([shown], [unseen])
    assert bids[0]["amount"] == "4050000"
    for identifier in (shown, unseen, shown):
        assert (await send(vitec, "DELETE", f"/CRM/Bid/M90001/{identifier}"))[0] == 204
        assert (await vitec.get(f"/CRM/Bid/M90001/{identifier}"))[1]["isCanceled"] is True
    assert (await send(vitec, "DELETE", "/CRM/Bid/M90001/BUD0"))[0] == 404
    assert (await send(vitec, "POST", path, {"amount": "fyra"}))[0] == 400


async def test_interest_answers_nothing_and_makes_a_speculator(vitec: Any) -> None:
    _, page = await vitec.get("/Advertising/Estate/M90001")
    estate = page["rows"][0]["id"]
    _, who = await person(vitec, **PHONES)
    form = {"firstName": "Tolvan", "lastName": "Prövander", "telephone": {"cell": "070-1740698"}}
    assert await send(vitec, "POST", f"/Advertising/Estate/M90001/{estate}/interest", form) == (204, None)
    _, found = await vitec.get(f"/CRM/Contact/M90001/Speculator?contactIds={who}")
    assert found == [{"id": who, "estateIds": [estate]}]
    _, relations = await vitec.get(f"/CRM/Contact/M90001/{who}/Relations")
    assert relations == [{"estateId": estate, "contactId": who, "type": "Speculator"}]


async def test_only_four_types_of_homes_have_a_page(vitec: Any) -> None:
    base = {
        "livingSpace": 100, "otherSpace": 0, "propertyUnitDesignation": "Provet 1:2",
        "status": "AssignmentAttempt",
        "address": {
            "municipality": "Stockholm", "coordinate": {"longitud": 18.0, "latitud": 59.0},
            "streetAddress": "Provvägen 3", "zipCode": "111 22", "city": "Stockholm", "countryCode": "SE",
        },
    }  # fmt: skip  # one home
    body = {"userId": "HAN1", "baseInformation": base}
    status, identifier = await send(vitec, "POST", "/Cottage/M90001", body)
    assert (status, identifier[:3]) == (200, "OBJ")
    _, page = await vitec.get("/Advertising/Estate/M90001?paging.pageSize=500")
    assert identifier not in {row["id"] for row in page["rows"]}
    assert (await send(vitec, "POST", "/Farm/M90001", body))[0] == 404
    less = {**body, "baseInformation": {k: v for k, v in base.items() if k != "status"}}
    assert (await send(vitec, "POST", "/House/M90001", less))[0] == 400


async def test_a_write_needs_a_password(vitec: Any) -> None:
    async with vitec.session.post(vitec.base + "/Contacts/UpdatePerson", json={**WHO, **PHONES}) as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    ("what", "kind"), [("meeting", "Meeting"), ("note", "Note"), ("area", "Area"), ("lead", "IncomingLead")]
)
async def test_other_news_is_told(start: Any, make_vitec: Any, what: str, kind: str) -> None:
    made = make_vitec()
    vitec = await start(made)
    (change,) = (await vitec.control("mutate", {"what": what}))["changed"]
    told = made.hooks.events[-1]
    assert (f"type={kind}" in "&".join(f"{k}={v}" for k, v in told.query)) is True
    assert change["id"].encode() in told.body
    assert all(name != "data" for name, _ in told.query)

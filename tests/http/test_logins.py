from builders import PASSWORD
from fakes import NOW
from http_api import Api, Person, as_json, problem

LOGINS = "/api/auth/logins/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


async def signed_in_with_firefox(api: Api, person: Person) -> Person:
    credentials = {"email": person.user.email, "password": PASSWORD}
    response = await api.visitor.send("POST", "/api/auth/login/", json=credentials, headers={"User-Agent": FIREFOX})
    return Person(api.client, response.json()["access"], account=person.account)


async def test_logins_are_listed_newest_first_with_their_device(api: Api) -> None:
    person = await api.person()
    there = await signed_in_with_firefox(api, person)

    newest, oldest = (await there.get(LOGINS)).json()

    assert (newest["is_current"], newest["browser"], newest["system"]) == (True, "Firefox", "Windows")
    assert (newest["agent"], newest["created_at"]) == (FIREFOX, as_json(NOW))
    assert (oldest["is_current"], oldest["browser"]) == (False, None)


async def test_another_device_is_signed_out_and_this_one_stays(api: Api) -> None:
    person = await api.person()
    there = await signed_in_with_firefox(api, person)
    [other] = [each["id"] for each in (await person.get(LOGINS)).json() if not each["is_current"]]

    assert (await person.delete(f"{LOGINS}{other}/")).status_code == 204

    problem(await there.get(LOGINS), 401, "not_signed_in")
    assert len((await person.get(LOGINS)).json()) == 1
    problem(await person.delete(f"{LOGINS}{other}/"), 404, "not_found")


async def test_login_of_another_person_is_not_found(api: Api) -> None:
    person, other = await api.person(), await api.person()
    [login] = (await other.get(LOGINS)).json()

    problem(await person.delete(f"{LOGINS}{login['id']}/"), 404, "not_found")
    assert (await other.get(LOGINS)).status_code == 200

import pytest

from accounts.models import Membership, User
from accounts.permissions import Role
from accounts.tests.factories import make_user

URL = "/me/profile/"


def answers(**changes):
    return {
        "first_name": "Asha",
        "last_name": "Joshi",
        "phone": "90000 00012",
        "language": "hi",
        "theme": "dark",
        "uses_shortcuts": "on",
    } | changes


def test_name_phone_language_and_look_are_saved(client_of, telecaller):
    client = client_of(telecaller)
    assert client.get(URL).status_code == 200

    response = client.post(URL, answers())

    assert response.url == URL
    member = Membership.objects.select_related("user").get(pk=telecaller.pk)
    user = member.user
    assert (user.last_name, user.language, user.theme, user.uses_shortcuts) == ("Joshi", "hi", "dark", True)
    assert member.phone == "+919000000012"
    page = client.get(URL).content.decode()
    assert '<html lang="hi" data-bs-theme="dark">' in page


@pytest.mark.parametrize(("field", "value"), [("phone", "12"), ("language", "fr"), ("theme", "pink")])
def test_a_wrong_field_is_named_and_nothing_is_saved(client_of, telecaller, field, value):
    response = client_of(telecaller).post(URL, answers(**{field: value}))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert User.objects.get(pk=telecaller.user.pk).last_name == "Kulkarni"


def test_the_phone_belongs_to_the_membership_and_not_to_the_person(client_of, telecaller, rival):
    other = Membership.objects.create(organisation=rival, user=telecaller.user, phone="+919000000099")

    client_of(telecaller).post(URL, answers())

    other.refresh_from_db()
    assert other.phone == "+919000000099"


def test_the_theme_is_changed_from_the_menu(client_of, telecaller):
    response = client_of(telecaller).post("/me/theme/", {"theme": "dark", "next": "/me/profile/"})

    assert response.url == URL
    assert User.objects.get(pk=telecaller.user.pk).theme == "dark"


def test_an_unknown_theme_is_refused_and_a_foreign_address_not_followed(client_of, telecaller):
    client = client_of(telecaller)

    assert client.post("/me/theme/", {"theme": "pink"}).status_code == 422
    assert client.post("/me/theme/", {"theme": "dark", "next": "https://evil.example/"}).url == "/"


def test_the_language_is_kept_on_the_person(client_of, telecaller):
    client_of(telecaller).post("/i18n/setlang/", {"language": "hi", "next": "/me/profile/"})
    assert User.objects.get(pk=telecaller.user.pk).language == "hi"

    client_of(telecaller).post("/i18n/setlang/", {"language": "fr", "next": "/me/profile/"})
    assert User.objects.get(pk=telecaller.user.pk).language == "hi"


def test_before_sign_in_the_language_is_kept_in_a_cookie(client, db):
    client.post("/i18n/setlang/", {"language": "hi", "next": "/"})

    assert '<html lang="hi"' in client.get("/").content.decode()


def test_switching_shows_the_other_organisation(client_of, telecaller, rival):
    Membership.objects.create(organisation=rival, user=telecaller.user, role=Role.ADMIN)
    client = client_of(telecaller)
    assert "Kiran Rooftop Solar" in client.get(URL).content.decode()

    response = client.post("/accounts/switch/", {"organisation": rival.pk})

    assert response.url == "/"
    assert "Admin, Rival Traders" in client.get(URL).content.decode()


def test_an_organisation_one_does_not_belong_to_is_not_found(client_of, telecaller, rival):
    client = client_of(telecaller)

    assert client.post("/accounts/switch/", {"organisation": rival.pk}).status_code == 404
    assert client.post("/accounts/switch/", {"organisation": "rival"}).status_code == 422


def test_somebody_who_belongs_nowhere_is_refused(client, db):
    client.force_login(make_user())

    assert client.get(URL).status_code == 403
    assert "You belong to no organisation" in client.get("/").content.decode()


def test_wrong_method(client_of, telecaller):
    client = client_of(telecaller)

    assert client.put(URL).status_code == 405
    for path in ("/me/theme/", "/accounts/switch/", "/i18n/setlang/"):
        assert client.get(path).status_code == 405

"""Every route says who may use it; every template has a title; what the code names, the docs name."""

from flask import Flask

from app.access import access_of
from app.permissions import ROLE_PERMISSIONS, Permission, Role
from tests.architecture import generated_docs
from tests.architecture.tree import ROOT


def test_every_route_declares_its_permission(web: Flask) -> None:
    silent = [str(rule) for rule in web.url_map.iter_rules() if access_of(web, rule.endpoint) is None]
    assert silent == []


def test_every_door_has_its_own_prefix(web: Flask) -> None:
    for rule in web.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        if blueprint.endswith("_staff"):
            assert str(rule).startswith("/staff"), rule
        if blueprint.endswith("_member"):
            assert str(rule).startswith("/my"), rule
        if blueprint.endswith("_public"):
            assert not str(rule).startswith(("/my", "/staff")), rule


def test_no_route_of_the_public_shows_an_internal_key(web: Flask) -> None:
    found = [
        str(rule)
        for rule in web.url_map.iter_rules()
        if "uuid:" in str(rule) and not str(rule).startswith(("/my", "/staff"))
    ]
    assert found == []


def test_every_role_and_permission_is_used() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    given = frozenset().union(*ROLE_PERMISSIONS.values())
    assert set(Permission) - given == set()


def test_generated_docs_are_up_to_date() -> None:
    for name, text in generated_docs.documents().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, (
            f"run bin/docs: docs/{name} is stale"
        )

"""The directory: which roles a clause names, which a person means, and who acts for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.directory import Directory, read_directory
from bot.journeys.roles import UNKNOWN, reach
from policy_kb import Policy


@pytest.fixture(scope="module")
def directory() -> Directory:
    return read_directory()


@pytest.mark.parametrize(
    ("clause", "roles"),
    [
        ("416.2", ["parks-administrator"]),
        ("416.4.1", ["city-manager", "social-media-administrator"]),
        ("416.6.4", ["city-attorney"]),
        ("416.6.16", ["its"]),
        ("416.6.20", ["creative-services"]),
        ("416.7.1", ["city-clerk", "social-media-administrator"]),
        ("416.8.5.f", ["manager"]),
        ("416.8.5.h", ["supervisor", "human-resources"]),
        ("416.9.1", ["supervisor", "human-resources-director"]),
        ("416.12", []),
    ],
)
def test_roles_that_a_clause_names(directory: Directory, policy: Policy, clause: str, roles: list[str]) -> None:
    """By their full names; "manager" in "City Manager" is not the manager."""
    found = policy.clause(clause)
    assert found is not None
    assert [role.id for role in directory.named_in(found.text)] == roles


@pytest.mark.parametrize(
    ("message", "roles"),
    [("does legal know", ["city-attorney"]), ("ask comms or the clerk", ["creative-services", "city-clerk"]), ("hello", [])],
)
def test_roles_that_a_person_means(directory: Directory, message: str, roles: list[str]) -> None:
    """By the names that staff use."""
    assert [role.id for role in directory.meant_in(message)] == roles


def test_the_city_manager_acts_until_somebody_is_designated(directory: Directory) -> None:
    """416.4.1."""
    administrator = directory.get("social-media-administrator")
    acting = directory.acting(administrator)
    assert acting is not None
    assert acting.id == "city-manager"
    assert ("Acting", "City Manager, until somebody is designated (416.4.1)") in reach(administrator, directory).pairs


def test_a_holder_ends_the_stand_in(tmp_path: Path) -> None:
    """An organisation's own directory says who holds a role and how to reach them."""
    text = (Path(__file__).parent.parent / "bot" / "directory.toml").read_text("utf-8")
    path = tmp_path / "directory.toml"
    path.write_text(text.replace('holder = ""', 'holder = "R. Vega"\nreach = "extension 12"'), "utf-8")
    own = read_directory(path)
    pairs = dict(reach(own.get("social-media-administrator"), own).pairs)
    assert pairs["Who"] == "Social Media Administrator, R. Vega"
    assert pairs["Reach"] == "extension 12"
    assert "Acting" not in pairs


def test_what_is_not_known_is_said(directory: Directory) -> None:
    """No invented addresses."""
    assert dict(reach(directory.get("city-clerk"), directory).pairs)["Reach"] == UNKNOWN


def test_an_unknown_role_is_the_default(directory: Directory) -> None:
    """An organisation may do without a role that a journey names."""
    assert directory.get("nobody") is directory.default

"""What a feature brings to the house: its doors, what runs by itself, what an operator types, what it prints."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import click
from flask import Blueprint, Flask
from sqlalchemy.orm import Session

from app.permissions import Actor, Permission


class Door(StrEnum):
    """The three entrances."""

    PUBLIC = "public"
    MEMBER = "member"
    STAFF = "staff"

    @classmethod
    def of_path(cls, path: str) -> "Door":
        """Return the door behind which a path lies."""
        if path == "/my" or path.startswith("/my/"):
            return cls.MEMBER
        if path == "/staff" or path.startswith("/staff/"):
            return cls.STAFF
        return cls.PUBLIC


@dataclass(frozen=True)
class NavigationItem:
    """One entry of a door's navigation; shown to those who hold the permission, or one of several."""

    door: Door
    label: Any
    endpoint: str
    permission: Permission | tuple[Permission, ...] | None = None
    icon: str | None = None
    order: int = 100
    count: Callable[[Session, Actor], int] | None = None  # how much waits behind it; 0 shows nothing
    only: Callable[[Session, Actor], bool] | None = None  # whether there is anything behind it for this actor

    def is_for(self, actor: Actor) -> bool:
        """Return whether somebody sees the entry."""
        if self.permission is None:
            return True
        wanted = self.permission if isinstance(self.permission, tuple) else (self.permission,)
        return any(actor.may(one) for one in wanted)


@dataclass(frozen=True)
class Feature:
    """One entry of the list in wsgi.py."""

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    navigation: tuple[NavigationItem, ...] = ()
    jobs: tuple[Any, ...] = ()
    commands: tuple[click.Command, ...] = ()
    papers: tuple[Any, ...] = ()
    # kind of subject → who may read its files
    file_readers: Mapping[str, Any] = field(default_factory=dict)
    # kind of a posting's source → who tells about it
    sources: Mapping[str, Any] = field(default_factory=dict)
    # the same → who tells what proves it, and who signed
    dossiers: Mapping[str, Any] = field(default_factory=dict)
    # what is looked at whenever the ledger is verified, by name
    checks: Mapping[str, Any] = field(default_factory=dict)
    # the tables that come in as spreadsheets
    registers: tuple[Any, ...] = ()
    # kinds of deadlines of its steps
    deadlines: tuple[Any, ...] = ()
    # kind of subject → who tells what things with deadlines are called
    deadline_subjects: Mapping[str, Any] = field(default_factory=dict)
    # kinds of subjects that it puts to publicity
    publicised: tuple[Any, ...] = ()
    # the kinds of work that it gives the staff
    tasks: tuple[Any, ...] = ()
    # what it knows of a household, for its file
    household_parts: tuple[Any, ...] = ()
    # what it shows on a project's page
    project_sections: tuple[Any, ...] = ()


def register_features(web: Flask, features: tuple[Feature, ...]) -> None:
    """Open the doors of the features and add their commands."""
    for feature in features:
        for blueprint in feature.blueprints:
            web.register_blueprint(blueprint)
        for command in feature.commands:
            web.cli.add_command(command)
    web.extensions["zhongli.features"] = features

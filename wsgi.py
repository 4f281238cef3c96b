"""The roof: puts the house together and decides nothing.

``flask`` finds ``create_app``; ``gunicorn wsgi:web`` finds ``web``. Each feature is named once below, with
its doors, jobs, commands and papers.
"""

import logging
import sys
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from werkzeug.middleware.proxy_fix import ProxyFix

from app import clock, db, health, keys, migrate
from app.access import guard_routes, publish
from app.audit import jobs as audit_jobs
from app.audit import views_staff as audit_staff
from app.calendar import cli as calendar_cli
from app.calendar import views_staff as calendar_staff
from app.commands import COMMANDS
from app.config import Settings, SettingsError, load
from app.context import register_context
from app.deadlines import jobs as deadlines_jobs
from app.deadlines import registry as deadline_kinds
from app.deadlines import views_staff as supervision_staff
from app.feature import Feature, register_features
from app.figures import register_filters
from app.files import access as file_access
from app.files import jobs as files_jobs
from app.files import views as files_views
from app.imports import cli as imports_cli
from app.imports import jobs as imports_jobs
from app.imports import registers
from app.imports import views_member as imports_member
from app.imports import views_staff as imports_staff
from app.imports.vocabulary import cli as vocabulary_cli
from app.imports.vocabulary import views_staff as vocabulary_staff
from app.jobs import cli as jobs_cli
from app.jobs import jobs as jobs_jobs
from app.jobs import registry, scheduler
from app.jobs import views_staff as jobs_staff
from app.look import views_public as look_public
from app.messages import views as messages_views
from app.outbox import channels
from app.outbox import jobs as outbox_jobs
from app.outbox import views_staff as outbox_staff
from app.papers import kinds as paper_kinds
from app.papers import sealing as papers_sealing
from app.papers.feature import PAPERS
from app.parameters import tasks as parameters_tasks
from app.parameters import views_staff as parameters_staff
from app.parties import file_parts
from app.parties.feature import PARTIES
from app.problems import register_problems
from app.regions import cli as regions_cli
from app.regions import views_staff as regions_staff
from app.security import protect
from app.tasks import registry as task_kinds
from app.users.feature import USERS
from app.users.login import init_login
from credit.commitments.feature import COMMITMENTS
from credit.tips.register import TIPS
from points import cli as points_cli
from points import jobs as points_jobs
from points import sources
from points.adjustments.feature import RULES
from points.closing.feature import HOLDS_AND_CLOSING
from points.covenants.feature import COVENANTS
from points.open_data.feature import OPEN_DATA
from points.rankings import checking as rankings_checking
from points.rankings import cli as rankings_cli
from points.rankings import views_public as rankings_public
from points.rulesets import views_public as rules_public
from points.seals import papers as seal_papers
from points.seals import views_member as seals_member
from points.seals import views_public as seals_public
from points.statements import views_member as points_member
from points.statements import views_public as why_public
from points.statements import views_staff as points_staff
from points.statements.documents import POINTS_STATEMENT
from points.verification import checks
from points.verification import jobs as verification_jobs
from points.verification import views_staff as verification_staff
from portal import views_member as home_member
from portal import views_public as home_public
from portal import views_staff as home_staff
from portal.demo import cli as demo_cli
from portal.gaps.feature import GAPS
from portal.households.feature import HOUSEHOLD_FILES
from portal.organisations import views_public as organisations_public
from portal.real import cli as real_cli
from projects.assistance.feature import ASSISTANCE
from projects.catalogue import cli as catalogue_cli
from projects.catalogue import views_staff as catalogue_staff
from projects.comparisons.feature import COMPARISONS
from projects.contributions.feature import CONTRIBUTIONS
from projects.exits.feature import EXITS
from projects.gifts import register as gifts_register
from projects.needs import section as needs_section
from projects.needs.register import NEEDS
from projects.offers.register import OFFERS
from projects.plans.feature import PLANS
from projects.portfolio import sections as project_sections
from projects.portfolio.feature import PROJECTS
from projects.publicity import handlers as publicity_handlers
from projects.publicity.feature import PUBLICITY
from projects.referrals.feature import REFERRALS
from projects.requests.feature import REQUESTS
from projects.reviews.feature import REVIEWS
from projects.selfcare.feature import SELF_CARE
from projects.tiers.feature import TIERS
from projects.visits.feature import VISITS

FEATURES: tuple[Feature, ...] = (
    Feature("health", blueprints=(health.bp,)),
    Feature("audit", blueprints=(audit_staff.bp,), navigation=audit_staff.NAVIGATION, jobs=audit_jobs.JOBS),
    Feature("look", blueprints=(look_public.bp,)),
    Feature(
        "regions",
        blueprints=(regions_staff.bp,),
        navigation=regions_staff.NAVIGATION,
        commands=(regions_cli.regions,),
    ),
    Feature(
        "calendar",
        blueprints=(calendar_staff.bp,),
        navigation=calendar_staff.NAVIGATION,
        commands=(calendar_cli.calendar,),
    ),
    Feature(
        "parameters",
        blueprints=(parameters_staff.bp,),
        navigation=parameters_staff.NAVIGATION,
        tasks=parameters_tasks.TASKS,
    ),
    Feature(
        "deadlines",
        blueprints=(supervision_staff.bp,),
        navigation=supervision_staff.NAVIGATION,
        jobs=deadlines_jobs.JOBS,
    ),
    Feature("files", blueprints=(files_views.bp,), jobs=files_jobs.JOBS),
    Feature(
        "outbox", blueprints=(outbox_staff.bp,), navigation=outbox_staff.NAVIGATION, jobs=outbox_jobs.JOBS
    ),
    Feature(
        "messages",
        blueprints=(messages_views.member, messages_views.staff),
        navigation=messages_views.NAVIGATION,
    ),
    PAPERS,
    Feature(
        "jobs",
        blueprints=(jobs_staff.bp,),
        navigation=jobs_staff.NAVIGATION,
        jobs=jobs_jobs.JOBS,
        commands=(jobs_cli.jobs,),
    ),
    PARTIES,
    Feature(
        "imports",
        blueprints=(imports_member.bp, imports_staff.bp),
        navigation=(*imports_member.NAVIGATION, *imports_staff.NAVIGATION),
        jobs=imports_jobs.JOBS,
    ),
    USERS,
    Feature(
        "portal",
        blueprints=(home_public.bp, home_member.bp, home_staff.bp, organisations_public.bp),
        navigation=(*home_public.NAVIGATION, *home_member.NAVIGATION, *home_staff.NAVIGATION),
    ),
    HOUSEHOLD_FILES,
    GAPS,
    Feature(
        "seals",
        blueprints=(seals_public.bp, seals_member.bp, verification_staff.bp),
        navigation=(*seals_public.NAVIGATION, *verification_staff.NAVIGATION),
        jobs=verification_jobs.JOBS,
    ),
    Feature(
        "points",
        blueprints=(rankings_public.bp, rules_public.bp, points_member.bp, points_staff.bp, why_public.bp),
        navigation=(*rankings_public.NAVIGATION, *rules_public.NAVIGATION, *points_member.NAVIGATION),
        jobs=points_jobs.JOBS,
        commands=(points_cli.points, rankings_cli.rankings),
        checks={"frozen_ranking": rankings_checking.check},
        papers=(POINTS_STATEMENT,),
    ),
    RULES,
    OPEN_DATA,
    HOLDS_AND_CLOSING,
    COVENANTS,
    Feature(
        "catalogue",
        blueprints=(catalogue_staff.bp,),
        navigation=catalogue_staff.NAVIGATION,
        commands=(catalogue_cli.catalogue,),
    ),
    Feature(
        "vocabulary",
        blueprints=(vocabulary_staff.bp,),
        navigation=vocabulary_staff.NAVIGATION,
        commands=(vocabulary_cli.vocabulary,),
    ),
    CONTRIBUTIONS,
    Feature("needs", registers=(NEEDS,), project_sections=(needs_section.tell,)),
    Feature("offers", registers=(OFFERS,)),
    Feature("tips", registers=(TIPS,)),
    COMMITMENTS,
    TIERS,
    PUBLICITY,
    PROJECTS,
    VISITS,
    PLANS,
    SELF_CARE,
    EXITS,
    REVIEWS,
    REQUESTS,
    ASSISTANCE,
    REFERRALS,
    COMPARISONS,
    Feature("gifts", registers=(gifts_register.CASH, gifts_register.GOODS)),
    Feature("imports", commands=(imports_cli.imports,)),
    Feature("demo", commands=(demo_cli.demo,)),
    Feature("real data", commands=(real_cli.check_real,)),
)
NEED_NO_SETTINGS = (imports_cli.imports, real_cli.check_real)
"""Commands that work in a bare checkout, without a city."""


def create_app(settings: Settings | None = None) -> Flask:
    """Return the web application of one city. Raises SettingsError when a setting is wrong or missing."""
    if settings is None:
        try:
            settings = load()
        except SettingsError as problem:
            sentence = f"Zhongli does not start:\n{problem}"
            if not _asked_by_command_line():
                sys.exit(sentence)
            return _without_settings(sentence)
    web = Flask(
        "zhongli", root_path=str(settings.root), template_folder="templates", static_folder="app/static"
    )
    web.extensions["zhongli"] = settings
    web.url_map.strict_slashes = (
        False  # an address that somebody types with a slash at its end is the same page
    )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("alembic", "apscheduler", "weasyprint", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    keys.use(settings)
    clock.follow(settings.clock_file)
    db.connect(settings)
    channels.use(settings)
    Babel(web, default_locale="zh_Hans", default_timezone="Asia/Shanghai")
    web.config["BOOTSTRAP_SERVE_LOCAL"] = True
    Bootstrap5(web)
    init_login(web)
    protect(web, settings)
    guard_routes(web)
    register_problems(web)
    register_context(web, settings, FEATURES)
    register_filters(web)
    register_features(web, FEATURES)
    papers_sealing.use(seal_papers.SEALER)
    for feature in FEATURES:
        registry.register(*feature.jobs)
        paper_kinds.register(*feature.papers)
        for subject_kind, may_read in feature.file_readers.items():
            file_access.register(subject_kind, may_read)
        for source_kind, teller in feature.sources.items():
            sources.register(source_kind, teller)
        for source_kind, dossier in feature.dossiers.items():
            sources.register_dossier(source_kind, dossier)
        deadline_kinds.register(*feature.deadlines)
        for subject_kind, tell in feature.deadline_subjects.items():
            deadline_kinds.register_subject(subject_kind, tell)
        publicity_handlers.register(*feature.publicised)
        task_kinds.register(*feature.tasks)
        file_parts.register(*feature.household_parts)
        project_sections.register(*feature.project_sections)
        for name, check in feature.checks.items():
            checks.register(name, check)
    _register_spreadsheets()
    for command in COMMANDS:
        web.cli.add_command(command)
    for endpoint in ("static", "bootstrap.static"):
        publish(web, endpoint)
    if settings.proxies:
        hops = settings.proxies
        web.wsgi_app = ProxyFix(web.wsgi_app, hops, hops, hops, hops)  # type: ignore[method-assign]
    return web


def _register_spreadsheets() -> None:
    for feature in FEATURES:
        registers.register(*feature.registers)


def _asked_by_command_line() -> bool:
    """Whether the ``flask`` command looks for one of our commands; its own, like ``run``, need a whole city."""
    context = click.get_current_context(silent=True)
    return context is not None and context.parent is None


class _Unsettled(AppGroup):
    """Knows the commands that need no settings; asked for any other, it says what is missing."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence
        for command in NEED_NO_SETTINGS:
            self.add_command(command)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command that needs no settings, or leave with the sentence."""
        return super().get_command(ctx, cmd_name) or sys.exit(self.sentence)


def _without_settings(sentence: str) -> Flask:
    """Return what works without a city; ``sentence`` says what the rest lacks."""
    web = Flask("zhongli")
    Babel(web, default_locale="zh_Hans", default_timezone="Asia/Shanghai")
    web.cli = _Unsettled(sentence)
    _register_spreadsheets()
    return web


def __getattr__(name: str) -> Any:
    """Make ``web`` when a server asks for it, so that importing this file starts nothing."""
    if name == "web":
        web = create_app()
        lacking = migrate.missing(db.database())
        if lacking:
            sys.exit(f"Zhongli does not start: the schema lacks {', '.join(lacking)}. Run: flask db upgrade")
        # Several workers may each start the scheduler: a run is a row, so it happens once.
        if web.extensions["zhongli"].jobs == "embedded":
            scheduler.start_embedded(web)
        return web
    raise AttributeError(name)

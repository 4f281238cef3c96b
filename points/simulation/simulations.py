"""Verbs of simulations: ask for one, carry it out, and the job that does those that were too long for a request."""

from datetime import date, datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock, reading, transaction
from app.errors import InvalidInput, NotFound
from app.ids import clean_code
from app.parties.models import PartyKind
from app.permissions import Actor
from app.rows import parts
from app.states import ensure_move
from points.ledger.models import Posting
from points.rankings.naming import registered
from points.rulesets import queries as rulesets
from points.rulesets.models import Programme, Ruleset
from points.rulesets.publication import draft_deleted, ensure_may_see
from points.simulation import history, kept
from points.simulation.models import MOVES, Simulation, SimulationState
from points.simulation.results import Result, simulate

AT_ONCE = 5_000
"""Postings of a programme up to which a simulation is carried out while its page is asked for."""
_LONGEST = 366 * 10
_GIVEN_UP_AFTER = timedelta(minutes=30)
"""After this a simulation that is running is begun anew: whoever ran it has ended."""


def ask(session: Session, ruleset_id: UUID, first: date, last: date, *, actor: Actor) -> Simulation:
    """Ask for a version of the rules to be tried on what happened from ``first`` to ``last``.

    Raises InvalidInput for a period that is empty, not over yet or longer than ten years, NotFound for no ruleset.
    """
    ruleset = session.get(Ruleset, ruleset_id)
    if ruleset is None:
        raise NotFound(_("没有这一版规则。"))
    programme = session.get_one(Programme, ruleset.programme_id)
    ensure_may_see(actor, programme)
    if first > last:
        raise InvalidInput(_("起始日期不能晚于截止日期。"), field="last_day")
    if last > clock.today():
        raise InvalidInput(_("只能用已经发生的贡献试算，截止日期不能晚于今天。"), field="last_day")
    if (last - first).days > _LONGEST:
        raise InvalidInput(_("一次最多试算十年。"), field="first_day")
    simulation = Simulation(
        programme_id=programme.id,
        ruleset_id=ruleset.id,
        ruleset_revision=ruleset.revision,
        first_day=first,
        last_day=last,
        state=SimulationState.WAITING,
        asked_by_id=actor.person_id,
        asked_at=clock.now(),
    )
    session.add(simulation)
    session.flush()
    after = {"version": ruleset.version, "from": first.isoformat(), "to": last.isoformat()}
    events.record(session, "simulation.ask", "simulation", simulation.id, actor=actor, after=after)
    return simulation


def is_short(session: Session, programme_id: UUID) -> bool:
    """Return whether a programme has so little history that nobody need wait."""
    some = select(Posting.id).where(Posting.programme_id == programme_id).limit(AT_ONCE + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= AT_ONCE


def carry_out(simulation_id: UUID) -> bool:
    """Carry a simulation out in transactions of its own; return whether there was one to carry out.

    Two at once: the second finds nothing. Refused rules are told on its page.
    """
    with transaction() as session:
        simulation = lock(session, Simulation, simulation_id)
        if not _is_due(simulation, clock.now()):
            return False
        ensure_move(MOVES, simulation.state, SimulationState.RUNNING)
        simulation.state, simulation.begun_at = SimulationState.RUNNING, clock.now()
        begun_at = simulation.begun_at
    problem, result = None, None
    try:
        with reading(fresh=True) as session:
            simulation = session.get_one(Simulation, simulation_id)
            result = run(session, simulation)
    except InvalidInput as refused:
        problem = str(refused)
    with transaction() as session:
        simulation = lock(session, Simulation, simulation_id)
        if simulation.state is not SimulationState.RUNNING or simulation.begun_at != begun_at:
            return False
        simulation.finished_at = clock.now()
        simulation.problem = problem
        if result is not None:
            simulation.result = kept.sealed(result, simulation.id)
        simulation.state = SimulationState.FAILED if result is None else SimulationState.DONE
    return True


def run(session: Session, simulation: Simulation) -> Result:
    """Return what a simulation finds; nothing is written."""
    rules = rulesets.terms(session.get_one(Ruleset, simulation.ruleset_id))
    first, last = simulation.first_day, simulation.last_day
    past = history.read(session, simulation.programme_id, first, last)
    return simulate(past, rules, first, last, _named(session, list(past)))


def carry_out_due() -> int:
    """Carry out all simulations that wait, or whose process has ended; return how many."""
    with reading(fresh=True) as session:
        due = session.scalars(
            select(Simulation.id)
            .where(
                or_(
                    Simulation.state == SimulationState.WAITING,
                    (Simulation.state == SimulationState.RUNNING)
                    & (Simulation.begun_at < clock.now() - _GIVEN_UP_AFTER),
                )
            )
            .order_by(Simulation.asked_at)
        ).all()
    return sum(carry_out(key) for key in due)


@draft_deleted.connect
def _forget(session: Session, *, ruleset_id: UUID) -> None:
    session.execute(delete(Simulation).where(Simulation.ruleset_id == ruleset_id))


def get(session: Session, code: str, *, actor: Actor) -> Simulation:
    """Return a simulation by its code. Raises NotFound, or NotAllowed for rules of another region."""
    found = session.scalar(select(Simulation).where(Simulation.code == clean_code(code)))
    if found is None:
        raise NotFound(_("没有这次试算。"))
    ensure_may_see(actor, session.get_one(Programme, found.programme_id))
    return found


def of_ruleset(session: Session, ruleset_id: UUID) -> list[Simulation]:
    """Return the simulations of a version, newest first."""
    wanted = select(Simulation).where(Simulation.ruleset_id == ruleset_id).order_by(Simulation.id.desc())
    return list(session.scalars(wanted.limit(50)))


def _is_due(simulation: Simulation, now: datetime) -> bool:
    if simulation.state is SimulationState.WAITING:
        return True
    begun = simulation.begun_at
    return simulation.state is SimulationState.RUNNING and begun is not None and begun < now - _GIVEN_UP_AFTER


def _named(session: Session, party_ids: list[UUID]) -> dict[UUID, tuple[PartyKind, bool]]:
    """Return of each party its kind and whether it may be named today, as the rankings see it."""
    return {
        key: (one.kind, one.is_named)
        for some in parts(party_ids)
        for key, one in registered(session, some).items()
    }

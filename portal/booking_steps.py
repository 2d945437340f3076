"""The answers given so far while booking, and what each step's page shows."""

from datetime import date, timedelta

from flask import abort, g, redirect, request, url_for

from portal import edge
from services import catalogue, drafts, fitting, people, plans, slots, tasks, waiting
from services.errors import NotFound
from services.models import Mandate, Person
from services.permissions import Permission, is_allowed

KIND = "booking"
NONE = "none"  # the answer that nothing suits
CHOICES = 5  # at most so many at once, then "more"


class Steps:
    """One booking under way: for whom, by whom, and the draft."""

    def __init__(self, db, person: Person, owner: str, draft: dict):
        self.db, self.person, self.owner, self.draft = db, person, owner, draft
        self.is_for_other = not isinstance(g.actor, Person)
        self.is_by_trusted = isinstance(g.actor, Mandate)
        self.is_by_staff = self.is_for_other and not self.is_by_trusted

    @classmethod
    def load(cls, *needed: str) -> "Steps":
        """The booking of this request. When an earlier answer is missing, the person is led back to that step."""
        db = edge.open_session()
        if g.for_person is not None:
            person = people.get_person(db, g.actor, g.for_person)
        elif isinstance(g.actor, Person):
            person = g.actor
        elif isinstance(g.actor, Mandate):
            person = g.actor.person
        else:
            raise NotFound
        owner = drafts.owner_of(g.actor, person)
        steps = cls(db, person, owner, drafts.get_draft(db, owner, KIND))
        steps.require(*needed)
        return steps

    def require(self, *needed: str) -> None:
        missing = next((name for name in needed if not self.draft.get(name)), None)
        if missing:
            abort(redirect(self.url({"form": "need", "day": "day", "slot": "day"}[missing]), 303))

    def url(self, step: str, **values) -> str:
        name = "booking_acting" if self.is_by_trusted else "booking_for" if self.is_by_staff else "booking"
        ids = {"person_id": self.person.id} if self.is_by_staff else {}
        return url_for(f"{name}.{step}", **ids, **values)

    @property
    def home(self) -> str:
        """Where it was begun: the plan, the person's file, the page of whom one helps."""
        if self.is_by_trusted:
            return url_for("acting_plan.see")
        return url_for("people.see", person_id=self.person.id) if self.is_by_staff else url_for("plan.see")

    def keep(self, **answers) -> None:
        self.keep_in(self.db, **answers)

    def keep_in(self, db, **answers) -> None:
        self.draft = {name: value for name, value in (self.draft | answers).items() if value is not None}
        drafts.keep(db, self.owner, KIND, self.draft)

    def restart(self, known: dict) -> None:
        self.draft = {}
        self.keep(**known)

    def ask(self, kind: str):
        """None of it suits: a coordinator hears of it, and a page says what happens next.

        Who has no time yet also waits for one that becomes free. Who only wants to move has one, and keeps it.
        """
        form_id = self.draft.get("form") if kind == "none-suits" else None
        tasks.ask(self.db, kind, self.person, subject=f"form:{form_id}", form_id=form_id)
        if form_id and not self.moving:
            waiting.wait_for(self.db, g.actor, self.person, form_id)
        return redirect(self.url("asked", kind=kind), 303)

    @property
    def form(self):
        return catalogue.get_form(self.db, self.draft["form"])

    @property
    def moving(self) -> str | None:
        return self.draft.get("moving")

    def needs_page(self) -> dict:
        """What can be booked: first what the plan's open steps ask for, then the rest."""
        wanted = self._wanted()
        offered = [form for form in catalogue.forms(self.db) if form.mode in ("one-to-one", "group")]
        offered.sort(key=lambda form: (wanted.index(form.id) if form.id in wanted else len(wanted), form.position))
        show_all = "all" in request.args or len(offered) <= CHOICES
        return {"forms": offered if show_all else offered[:CHOICES], "has_more": not show_all}

    def _wanted(self) -> list[int]:
        """What the plan's open steps ask for. Who may not see the steps learns nothing of them from an order."""
        if self.is_by_trusted and not is_allowed(g.actor, Permission.ACT_STEPS):
            return []
        view = plans.view_for(self.db, self.person)
        return [one.step.form_id for one in view.steps if one.state in ("now", "later") and one.step.form_id]

    def people_page(self) -> dict:
        return {"people": slots.specialists_with_free_times(self.db, self.draft["form"], self.person, self.wants)}

    def days_page(self) -> dict:
        try:
            since = date.fromisoformat(request.values.get("since", ""))
        except ValueError:
            since = None
        who = self._who()
        days, has_more = slots.free_days(self.db, self.draft["form"], since=since, limit=CHOICES, **who)
        chosen = self.draft.get("day")
        if chosen and "since" not in request.values and has_more and chosen > days[-1].day.isoformat():
            since = date.fromisoformat(chosen)  # coming back, one finds the day that one chose
            days, has_more = slots.free_days(self.db, self.draft["form"], since=since, limit=CHOICES, **who)
        first = slots.first_free(self.db, self.draft["form"], **who) if since is None else []
        next_day = days[-1].day + timedelta(days=1) if days else None
        there = slots.places_of_free(self.db, self.draft["form"], days[-1].day, since=since, **who) if days else []
        return {
            "days": days, "has_more": has_more, "next_day": next_day, "first": first[0] if first else None, "since": since,
            "places": there,
        }  # fmt: skip

    def hours_page(self) -> dict:
        day = date.fromisoformat(self.draft["day"]) if self.draft.get("day") else None
        if day is None:
            return {"hours": [], "chosen_day": None}
        free = slots.free_hours(self.db, self.draft["form"], day, **self._who())
        return {"hours": free, "chosen_day": day}

    def _who(self) -> dict:
        return {"person": self.person, "specialist_id": self.draft.get("specialist") or None, "wants": self.wants}

    @property
    def asked(self) -> fitting.Wants:
        """What the needs ask of a time, whatever is shown at present."""
        return fitting.wants(self.chosen_needs())

    @property
    def shows_anywhere(self) -> bool:
        return "anywhere" in self.draft

    @property
    def shows_any_day(self) -> bool:
        """Also days for which an interpreter may not be found in time: that is for staff to weigh."""
        return self.is_by_staff and "any_day" in self.draft

    @property
    def wants(self) -> fitting.Wants:
        return fitting.wants(self.chosen_needs(), anywhere=self.shows_anywhere, any_day=self.shows_any_day)

    def chosen_needs(self) -> list[str]:
        return self.draft.get("needs", self.person.need_codes)

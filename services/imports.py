"""The register of participants, from a spreadsheet's file into an edition."""

from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services import catalogue, clock, frame, import_columns, import_file
from services.errors import Refused
from services.models import AccessNeed, AuditEntry, Edition, Enrolment, Person, Qualification
from services.models.people import enrolment_path
from services.permissions import SYSTEM, Actor, Permission, name_of, require

PERSON = ("first_name", "last_name", "gender", "born_on", "disability", "email", "phone", "language", "contact")
ENROLMENT = ("partner", "joined_on", "left_on", "work_started_on")
SETS = ("paths", "needs", "qualifications")
AT_ONCE = {"render_nulls": True}  # otherwise rows with an empty cell go in batches of their own


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one cell: the line in the file, the heading ("" for the whole line), why. No value."""

    line: int
    column: str
    code: str
    facts: dict = field(default_factory=dict)


@dataclass
class Report:
    """What became of a register. `rows` counts its lines with content, without the heading; `refused` those not taken."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return self.rows - self.added - self.changed - self.unchanged


def import_participants(db: Session, data: bytes, *, edition: Edition, actor: Actor = SYSTEM) -> Report:
    """Take the good lines of a register into an edition, and report the bad ones with line, column and reason.

    A line is recognised by its number in the edition: the same file twice changes nothing, a corrected one changes what
    differs. Columns that the file does not have are left as they are. Refused, and nothing is done: "register-columns" (with
    `missing` headings), "register-columns-twice" (with `columns`), and what `import_file.read` refuses.

    Codes of problems: value-missing, value-unknown (with `known`), value-too-long (with `most`), date-wrong, date-order,
    email-wrong, phone-wrong, number-twice (with `first_line`), too-many-fields, quote-wrong; column-unknown, once for each
    heading that nobody knows, costs no line.
    """
    require(actor, Permission.PERSON_IMPORT)
    sheet = import_file.read(data, lambda heading: import_columns.column_of(heading) is not None)
    names = _names(sheet.headings)
    report = Report(rows=len(sheet.rows) + len(sheet.broken))
    report.problems += [
        Problem(sheet.heading_line, heading, "column-unknown")
        for heading, name in zip(sheet.headings, names, strict=True)
        if heading and name is None
    ]
    report.problems += [Problem(line, "", code) for line, code in sheet.broken]
    lists = _lists(db)
    lines: dict[str, int] = {}
    good = []
    for line, cells in sheet.rows:
        values, problems = _read_line(line, cells, sheet.headings, names, lists)
        number = values.get("number")
        if number is not None and number in lines:
            heading = sheet.headings[names.index("number")]
            problems.append(Problem(line, heading, "number-twice", {"first_line": lines[number]}))
        elif number is not None:
            lines[number] = line
        if not problems:
            good.append(values)
        report.problems += problems
    report.problems.sort(key=lambda problem: problem.line)
    _keep(db, edition, actor, good, report)
    return report


def _names(headings: list[str]) -> list[str | None]:
    names = [import_columns.column_of(heading) for heading in headings]
    missing = [c.headings[0] for c in import_columns.columns().values() if c.needed and c.name not in names]
    if missing:
        raise Refused("register-columns", missing=missing)
    twice = [heading for at, heading in enumerate(headings) if names[at] and names.index(names[at]) < at]
    if twice:
        raise Refused("register-columns-twice", columns=twice)
    return names


def _lists(db: Session) -> import_columns.Lists:
    paths, partners = catalogue.paths(db), catalogue.partners(db)
    ids = {partner.name: partner.id for partner in partners}
    others = {also: ids[name] for also, name in frame.other_names().items() if name in ids}
    return import_columns.Lists(
        paths={word.casefold(): path.id for path in paths for word in (path.code, *path.names.values())},
        partners=others | {name.casefold(): number for name, number in ids.items()},
        path_names=[path.names["pl"] for path in paths],
        partner_names=list(ids),
    )


def _read_line(line, cells, headings, names, lists) -> tuple[dict, list[Problem]]:
    values, problems = {}, []
    for heading, name, cell in zip(headings, names, cells, strict=True):
        if name is None:
            continue
        try:
            values[name] = import_columns.value_of(name, cell, lists)
        except import_columns.Wrong as wrong:
            problems.append(Problem(line, heading, wrong.code, wrong.facts))
    for name in import_columns.order_of_dates(values):
        problems.append(Problem(line, headings[names.index(name)], "date-order"))
    return values, problems


@dataclass
class _Kept:
    """What the database holds under one number."""

    enrolment_id: int
    person_id: int
    values: dict


def _keep(db: Session, edition: Edition, actor: Actor, good: list[dict], report: Report) -> None:
    db.execute(select(Edition.id).where(Edition.id == edition.id).with_for_update())  # two imports wait for each other
    before = _kept(db, edition)
    new = [values for values in good if values["number"] not in before]
    log = _add(db, edition, new)
    for values in good:
        if kept := before.get(values["number"]):
            changed = {name for name in values if name != "number" and values[name] != kept.values[name]}
            if changed:
                _change(db, kept, values, changed)
                log.append((kept.enrolment_id, kept.person_id, {"changed": sorted(changed)}))
            report.changed += bool(changed)
            report.unchanged += not changed
    report.added = len(new)
    if log:
        at, who = clock.now(), name_of(actor)
        db.execute(insert(AuditEntry), [
            {"at": at, "actor": who, "act": "person:import", "subject": f"enrolment:{enrolment_id}",
             "person_id": person_id, "facts": facts}
            for enrolment_id, person_id, facts in log
        ])  # fmt: skip
        db.expire_all()


def _kept(db: Session, edition: Edition) -> dict[str, _Kept]:
    """number → what is there, in four queries."""
    mine = Enrolment.edition_id == edition.id
    columns = [getattr(Person, name) for name in PERSON]
    dates = [Enrolment.partner_id, Enrolment.joined_on, Enrolment.left_on, Enrolment.work_started_on]
    found, by_enrolment, by_person = {}, {}, {}
    for row in db.execute(
        select(Enrolment.number, Enrolment.id, Person.id, *columns, *dates).join(Enrolment.person).where(mine)
    ):
        values = dict(zip((*PERSON, *ENROLMENT), row[3:], strict=True)) | {name: set() for name in SETS}
        found[row[0]] = by_enrolment[row[1]] = by_person[row[2]] = _Kept(row[1], row[2], values)
    linked = select(enrolment_path).join(Enrolment, Enrolment.id == enrolment_path.c.enrolment_id).where(mine)
    for enrolment_id, path_id in db.execute(linked):
        by_enrolment[enrolment_id].values["paths"].add(path_id)
    gained = select(Qualification.enrolment_id, Qualification.name).join(Enrolment, Enrolment.id == Qualification.enrolment_id)
    for enrolment_id, name in db.execute(gained.where(mine)):
        by_enrolment[enrolment_id].values["qualifications"].add(name)
    needed = select(AccessNeed.person_id, AccessNeed.code).join(Enrolment, Enrolment.person_id == AccessNeed.person_id)
    for person_id, code in db.execute(needed.where(mine)):
        by_person[person_id].values["needs"].add(code)
    return found


def _add(db: Session, edition: Edition, new: list[dict]) -> list[tuple[int, int, dict]]:
    """Write new people in bulk; returns (enrolment, person, nothing to tell) of each."""
    if not new:
        return []
    given = [name for name in PERSON if name in new[0]]
    rows = [{name: values[name] for name in given} for values in new]
    made: dict[tuple, list[int]] = {}
    # Rows come back in any order. Two people who are alike in every column may take either id.
    columns = [getattr(Person, name) for name in given]
    for person_id, *told in db.execute(insert(Person).returning(Person.id, *columns), rows, execution_options=AT_ONCE):
        made.setdefault(tuple(told), []).append(person_id)
    people = [made[tuple(row.values())].pop() for row in rows]
    rows = [
        {"edition_id": edition.id, "person_id": person_id, "number": values["number"]} | _enrolment(values)
        for person_id, values in zip(people, new, strict=True)
    ]
    entered = db.execute(insert(Enrolment).returning(Enrolment.number, Enrolment.id), rows, execution_options=AT_ONCE)
    numbers = dict(entered.all())
    enrolments = [numbers[values["number"]] for values in new]
    together = list(zip(enrolments, people, new, strict=True))
    _add_to_sets(db, together)
    return [(enrolment_id, person_id, {}) for enrolment_id, person_id, _ in together]


def _enrolment(values: dict) -> dict:
    return {("partner_id" if name == "partner" else name): values[name] for name in ENROLMENT if name in values}


def _add_to_sets(db: Session, rows: list[tuple[int, int, dict]]) -> None:
    paths = [{"enrolment_id": e, "path_id": path} for e, _, more in rows for path in more.get("paths", ())]
    needs = [{"person_id": p, "code": code} for _, p, more in rows for code in more.get("needs", ())]
    gained = [{"enrolment_id": e, "name": name} for e, _, more in rows for name in more.get("qualifications", ())]
    for table, made in ((enrolment_path, paths), (AccessNeed, needs), (Qualification, gained)):
        if made:
            db.execute(insert(table), made)


def _change(db: Session, kept: _Kept, values: dict, changed: set[str]) -> None:
    own = {name: values[name] for name in PERSON if name in changed}
    if own:
        db.execute(update(Person).where(Person.id == kept.person_id).values(own))
    enrolment = _enrolment({name: values[name] for name in changed})
    if enrolment:
        db.execute(update(Enrolment).where(Enrolment.id == kept.enrolment_id).values(enrolment))
    more = {name: values[name] - kept.values[name] for name in SETS if name in changed}
    less = {name: kept.values[name] - values[name] for name in SETS if name in changed}
    _add_to_sets(db, [(kept.enrolment_id, kept.person_id, more)])
    if gone := less.get("paths"):
        link = enrolment_path.c
        db.execute(delete(enrolment_path).where(link.enrolment_id == kept.enrolment_id, link.path_id.in_(gone)))
    if gone := less.get("needs"):
        db.execute(delete(AccessNeed).where(AccessNeed.person_id == kept.person_id, AccessNeed.code.in_(gone)))
    if gone := less.get("qualifications"):
        db.execute(delete(Qualification).where(Qualification.enrolment_id == kept.enrolment_id, Qualification.name.in_(gone)))

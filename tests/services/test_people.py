"""Who may see whom, and that each look is noted."""

import pytest

from services import audit, bookings, drafts, people
from services.errors import NotAllowed, NotFound


def sees(db, actor, person):
    try:
        return people.get_person(db, actor, person.id) == person
    except NotFound:
        return False


def names(found):
    return [enrolment.person.first_name for enrolment in found[0]]


def test_the_leaders_coordinator_and_an_administrator_see_everybody(db, make):
    anna = make.participant("Anna", partner=make.organisation("Brat Albert"))

    assert sees(db, make.ewa, anna)
    assert sees(db, make.staff(roles=["admin"], organisation=make.partner), anna)


def test_a_partners_coordinator_sees_the_partners_people_and_those_given_by_name(db, make):
    albert = make.organisation("Brat Albert")
    iza = make.coordinator(organisation=albert)

    assert sees(db, iza, make.participant("Anna", partner=albert))
    assert sees(db, iza, make.participant("Bruno", coordinator=iza))
    assert not sees(db, iza, make.participant("Celina"))


def test_a_specialist_sees_whom_they_meet_or_met(db, make):
    jan = make.specialist(organisation=make.organisation("Brat Albert"))
    maria = make.participant()
    assert not sees(db, jan, maria)

    met = make.booking(maria, make.slot(specialist=jan))
    assert sees(db, jan, maria)
    bookings.cancel(db, maria, met)
    assert sees(db, jan, maria)


def test_somebody_not_to_be_seen_is_like_somebody_who_never_was(db, make):
    jan = make.specialist(organisation=make.organisation("Brat Albert"))
    hidden = make.participant()

    answers = []
    for person_id in (hidden.id, hidden.id + 1000):
        with pytest.raises(NotFound) as no:
            people.get_person(db, jan, person_id)
        answers.append((type(no.value), no.value.args))

    assert answers[0] == answers[1]


def test_participants_and_staff_without_a_role_look_nobody_up(db, make):
    maria = make.participant()
    for actor in (maria, make.staff(roles=[]), make.staff(roles=["coordinator"], is_active=False)):
        with pytest.raises(NotAllowed):
            people.get_person(db, actor, maria.id)


def test_opening_a_file_is_noted_and_the_person_can_read_by_whom(db, make, at):
    maria = make.participant()
    audit.looked(db, make.ewa, maria.id, "file")
    at("2026-11-23 10:00")
    audit.looked(db, make.ewa, maria.id, "plan")

    looks = audit.looks_at(db, maria.id)

    assert [(look.what, look.staff.full_name) for look in looks] == [("plan", "Ewa Nowak"), ("file", "Ewa Nowak")]


def test_people_are_found_by_any_part_of_the_name_or_number_in_any_case(db, make):
    make.participant("Łucja Święch", number="GD/0101")
    make.participant("Anna Bąk", number="GD/0202")

    assert names(people.find(db, make.ewa, "łuc ŚWIĘ")) == ["Łucja"]
    assert names(people.find(db, make.ewa, "gd/0202")) == ["Anna"]
    assert names(people.find(db, make.ewa, "Łucja Bąk")) == []


def test_signs_that_mean_something_to_a_database_are_only_signs(db, make):
    make.participant("Anna Bąk")

    for words in ("%", "_", "\\", "'", "A_na"):
        assert names(people.find(db, make.ewa, words)) == []


def test_finding_shows_only_whom_one_may_see(db, make):
    albert = make.organisation("Brat Albert")
    make.participant("Anna", partner=albert)
    make.participant("Bruno")

    assert names(people.find(db, make.coordinator(organisation=albert), "")) == ["Anna"]


def test_a_long_list_comes_in_parts(db, make):
    make.participants(5)

    first, is_more = people.find(db, make.ewa, "osoba", limit=3)
    rest, is_end = people.find(db, make.ewa, "osoba", limit=3, offset=3)

    assert (len(first), is_more, len(rest), is_end) == (3, True, 2, False)
    assert not set(first) & set(rest)


def test_a_draft_belongs_to_who_types_and_for_whom(db, make, at):
    maria, bruno = make.participant(), make.participant("Bruno")
    mine, for_her = drafts.owner_of(maria, maria), drafts.owner_of(make.ewa, maria)
    drafts.keep(db, mine, "booking", {"day": "1"})
    drafts.keep(db, mine, "booking", {"day": "2"})
    drafts.keep(db, for_her, "booking", {"day": "3"})

    assert drafts.get_draft(db, mine, "booking") == {"day": "2"}
    assert drafts.get_draft(db, drafts.owner_of(make.ewa, bruno), "booking") == {}
    drafts.drop(db, mine, "booking")
    assert (drafts.get_draft(db, mine, "booking"), drafts.get_draft(db, for_her, "booking")) == ({}, {"day": "3"})


def test_a_draft_is_kept_for_thirty_days(db, make, at):
    owner = drafts.owner_of(maria := make.participant(), maria)
    drafts.keep(db, owner, "booking", {"day": "1"})

    at("2026-12-23 08:59")
    assert drafts.get_draft(db, owner, "booking")
    at("2026-12-23 09:01")
    assert drafts.get_draft(db, owner, "booking") == {}
    assert drafts.drop_old(db) == 1

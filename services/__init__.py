"""What the programme knows and decides. No web, no HTML, no sentences: those live in `portal`.

The words of the domain, one line each (the screen's Polish word in brackets):

edition        one run of the programme, with its dates, time zone and rules
organisation   the leader or a partner (partner)
support path   one of the directions a person may be on, several at a time (ścieżka wsparcia)
support form   a thing that is offered: counselling, a workshop … (forma wsparcia); its *neutral label* names no health word
place, room    where sessions happen and how to get in (miejsce, pokój)
person         somebody in the programme; not a login: two people may share one e-mail, and a person may have none
enrolment      a person in an edition: number, partner, paths, coordinator, dates
staff member   a specialist, coordinator or administrator, with roles
access need    what a person needs at a session, never a diagnosis (szczególne potrzeby)
plan           goals and steps agreed with one person; an agreed *version* never changes, an edit makes the next
step           one thing to do; its `line` stays the same from version to version (krok)
slot           a published time of one specialist (termin)
booking        a taken place in a slot (rezerwacja); its *seat* decides who was first
intention      what the person said before: I will come, I can't, I need help to come
statement      what was said after: who was there, by the specialist and by the person
task           something a coordinator must do, because no message or page can
message        one thing to deliver to one person through one channel; the outbox is the table of them
campaign       one sending to many people, started by a coordinator (wysyłka)
link, code     two ways in without a password: a secret address, six digits
mandate        what one person lets another see and do for them, tick by tick; who holds it is a *trusted person* (zaufana osoba)
device         a browser in which somebody is signed in; *mine* or *shared*
second factor  what staff show after a link or code: an authenticator's code, a passkey, a recovery code; a device is *half-open* until then
passkey        a key in somebody's own phone; for participants one more way in (klucz)
"""

"""A form that was sent wrongly is answered in the same words, whether a script put the answer in place or the browser loaded it."""

import pytest

from e2e.matrix.cells import IS_FULL, Cell
from e2e.matrix.registry_staff import PAGES

EVERY = [(endpoint, state) for endpoint, row in PAGES.items() for state, look in row.items() if look.form]
WRONG = EVERY if IS_FULL else EVERY[::3]
FACTS = """() => {
  const words = selector => [...document.querySelectorAll(selector)].map(el => el.textContent.replace(/\\s+/g, ' ').trim())
  const links = [...document.querySelectorAll('.errors a')].map(el => el.getAttribute('href'))
  const typed = [...document.querySelectorAll('main :is(input:not([type=hidden]), textarea, select)')].map(el => [el.name, el.value, el.checked])
  return {title: document.title, h1: words('h1'), errors: words('.errors li'), links, wrong: words('.wrong'), typed}
}"""


@pytest.mark.parametrize(("endpoint", "state"), WRONG)
def test_scripts_change_no_word(screens, endpoint, state):
    found = []
    for scripts in (True, False):
        with screens.showing(Cell(endpoint, state, "pl", "standard", "light", scripts)) as page:
            found.append(page.evaluate(FACTS))
            assert page.title().startswith("Błąd: ")

    assert found[0] == found[1]
    assert found[0]["errors"]

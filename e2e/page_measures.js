// What page_checks.py measures in a page. Each function takes one value and returns sentences, one per fault, all synchronous,
// so that they work in a page whose own scripts are off. Evaluates to a function that makes the table of them.
() => {
  const TARGETS = `a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], video[controls],
    [role=button], [role=link], [role=checkbox], [role=radio], [role=switch], [role=tab], [role=menuitem], [role=option],
    [contenteditable=true], [tabindex]:not([tabindex^="-"])`
  const all = (selector, within = document) => [...within.querySelectorAll(selector)]
  const letters = text => /\p{L}|\p{N}/u.test(text)
  const short = text => text.replace(/\s+/g, ' ').trim().slice(0, 40)

  const named = el => {
    const what = el.localName + (el.id ? `#${el.id}` : el.classList.length ? `.${[...el.classList].join('.')}` : '')
    const text = short(el.innerText || el.getAttribute('aria-label') || el.name || '')
    return text ? `${what} "${text}"` : what
  }
  const isClipped = el => {
    const style = getComputedStyle(el)
    const box = el.getBoundingClientRect()
    const hides = style.overflowX !== 'visible' || style.clipPath !== 'none' || style.clip !== 'auto'
    return (hides && (box.width <= 1 || box.height <= 1)) || style.clipPath === 'inset(50%)'
  }
  const isHiddenFromEyes = el => {
    for (let at = el; at && at !== document.body; at = at.parentElement) if (isClipped(at)) return true
    const box = el.getBoundingClientRect()
    return box.right + scrollX <= 0 || box.bottom + scrollY <= 0
  }
  const isDrawn = el => el.checkVisibility({visibilityProperty: true}) && el.getClientRects().length > 0
  const isSeen = el => isDrawn(el) && !isHiddenFromEyes(el)
  const isLarge = el => {
    const box = el.getBoundingClientRect()
    return box.width >= 43.5 && box.height >= 43.5
  }
  const belongs = (hit, el) => hit && (el.contains(hit) || hit.closest('label')?.control === el)
  const around = box => {
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
    return [[x - 21, y], [x + 21, y], [x, y - 21], [x, y + 21]]
  }
  // A small box may still answer to a large area: a label around it, or a pseudo-element stretched over a card.
  const answersAround = el => {
    el.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'})
    return around(el.getBoundingClientRect()).every(([x, y]) => belongs(document.elementFromPoint(x, y), el))
  }
  const isInSentence = el => {
    if (getComputedStyle(el).display !== 'inline') return false
    let block = el.parentElement
    while (block && getComputedStyle(block).display === 'inline') block = block.parentElement
    const around = block.cloneNode(true)
    all('a, button, summary', around).forEach(target => target.remove())
    return (around.textContent.match(/\p{L}{2,}/gu) ?? []).length >= 2
  }

  const smallTargets = () => {
    const [left, top] = [scrollX, scrollY]
    const before = document.activeElement
    const found = []
    for (const el of all(TARGETS)) {
      if (el.disabled || !isDrawn(el) || getComputedStyle(el).pointerEvents === 'none') continue
      const boxes = [el, ...(el.labels ?? [])]
      let when = ''
      if (!boxes.some(box => isSeen(box))) {
        el.focus({preventScroll: true})
        if (isHiddenFromEyes(el)) { found.push(`target ${named(el)} cannot be seen, not even when it has the focus`); continue }
        when = ' when it has the focus'
      }
      const {width, height} = el.getBoundingClientRect()
      if (!boxes.some(isLarge) && !isInSentence(el) && !answersAround(el))
        found.push(`target ${named(el)} is ${Math.round(width)}×${Math.round(height)}${when}, 44×44 at least`)
      if (when) el.blur()
    }
    before?.focus?.({preventScroll: true})
    scrollTo({left, top, behavior: 'instant'})
    return found
  }

  const smallText = least => {
    const found = []
    const measure = (el, text, pseudo) => {
      const size = parseFloat(getComputedStyle(el, pseudo).fontSize)
      if (size < least - 0.01) found.push(`text "${short(text)}" in ${el.localName}${pseudo ?? ''} is ${size} px, ${least} at least`)
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const {data, parentElement: el} = texts.currentNode
      if (data.trim() && isSeen(el)) measure(el, data)
    }
    for (const el of all('input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea')) if (isSeen(el)) measure(el, el.value)
    for (const el of all('body *')) for (const pseudo of ['::before', '::after']) {
      const {content} = getComputedStyle(el, pseudo)
      if (!['none', 'normal'].includes(content) && letters(content.split(' / ')[0]) && isSeen(el)) measure(el, content, pseudo)
    }
    return found
  }

  const sideways = width => {
    const found = []
    const page = document.documentElement.scrollWidth
    if (page > width) found.push(`the page is ${page} px wide in a window of ${width}`)
    for (const el of all('body *')) {
      if (!isSeen(el) || el.closest('svg') !== null && el.localName !== 'svg') continue
      const box = el.getBoundingClientRect()
      const isOut = box.right + scrollX > width + 1 || box.left + scrollX < -1
      if (isOut && (letters(el.innerText ?? '') || el.matches('img, svg, input, select, textarea, button')))
        found.push(`${named(el)} reaches from ${Math.round(box.left)} to ${Math.round(box.right)} in a window of ${width}`)
      const holds = getComputedStyle(el).overflowX
      if (holds !== 'visible' && el.scrollWidth > el.clientWidth + 1 && !el.matches('input, select, textarea'))
        found.push(`${named(el)} ${holds === 'auto' || holds === 'scroll' ? 'scrolls sideways' : 'is cut off'} in a window of ${width}`)
    }
    return found.slice(0, 8)
  }

  const structure = expectH1 => {
    const found = []
    const heads = all('h1').filter(isDrawn).length
    if (expectH1 && heads !== 1) found.push(`${heads} h1 on the page, exactly one wanted`)
    const ids = all('[id]').map(el => el.id)
    for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) found.push(`id "${id}" stands more than once`)
    if (!document.documentElement.lang) found.push('html has no lang')
    if (!document.title.trim()) found.push('the title is empty')
    return found
  }

  const hasRing = el => [el, el.closest('label'), el.parentElement, el.nextElementSibling, ...(el.labels ?? [])].some(at => {
    if (!at) return false
    const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(at)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 3 && !/, 0\)$|transparent/.test(outlineColor)
  })
  const coveredBy = el => {
    const shown = [el, ...(el.labels ?? [])].find(isSeen) ?? el
    const line = shown.getClientRects()[0]
    const [left, right] = [Math.max(line.left, 0) + 2, Math.min(line.right, innerWidth) - 2]
    const [top, bottom] = [line.top + 2, line.bottom - 2]
    const isTall = line.height > innerHeight
    const points = [[(left + right) / 2, (top + bottom) / 2], [left, top], [right, top], [left, bottom], [right, bottom]]
    for (const [x, y] of points) {
      if (y < 0 || y > innerHeight) { if (isTall) continue; return 'the edge of the window' }
      const hit = document.elementFromPoint(x, y)
      if (hit && !belongs(hit, el) && !hit.contains(el) && !shown.contains(hit) && !hit.contains(shown)) return named(hit)
    }
    return ''
  }
  // One stop of a walk with Tab: which element of the page has the focus, and what is wrong with how it shows.
  const stop = () => {
    const el = document.activeElement
    if (!el || el === document.body) return {at: -1, found: []}
    const found = []
    if (isHiddenFromEyes(el) && !(el.labels?.length && isSeen(el.labels[0]))) found.push(`${named(el)} has the focus and cannot be seen`)
    else {
      const cover = coveredBy(el)
      if (cover) found.push(`${named(el)} has the focus under ${cover}`)
    }
    if (!hasRing(el)) found.push(`${named(el)} has the focus without a ring of 3 px`)
    return {at: all('*').indexOf(el), found}
  }
  const unreached = visited => {
    const reached = visited.map(at => all('*')[at])
    const isReached = el => reached.includes(el) || (el.type === 'radio' && reached.some(other => other.type === 'radio' && other.name === el.name))
    return all(TARGETS).filter(el => isDrawn(el) && !el.disabled && el.tabIndex >= 0 && !isReached(el)).map(el => `${named(el)} cannot be reached with Tab`)
  }

  return {smallTargets, smallText, sideways, structure, stop, unreached}
}

// What the matrix measures beside page_measures.js. Each function takes one value and returns sentences, one per fault; all of
// them are synchronous, so that they work in a page whose own scripts are off. Evaluates to a function that makes the table.
() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)]
  const words = el => el.textContent.replace(/\s+/g, ' ').trim()
  const short = text => text.replace(/\s+/g, ' ').trim().slice(0, 40)
  const named = el => `${el.localName}${el.id ? `#${el.id}` : el.classList.length ? `.${[...el.classList].join('.')}` : ''} "${short(el.innerText || el.getAttribute('aria-label') || el.name || '')}"`
  const isDrawn = el => el.checkVisibility({visibilityProperty: true}) && el.getClientRects().length > 0
  const isHidden = el => {
    for (let at = el; at && at !== document.body; at = at.parentElement) {
      const {clipPath} = getComputedStyle(at)
      if (clipPath === 'inset(50%)') return true
    }
    const box = el.getBoundingClientRect()
    return box.right + scrollX <= 0 || box.width < 1 || box.height < 1
  }
  const seen = selector => all(selector).filter(el => isDrawn(el) && !isHidden(el))
  const TARGETS = 'a[href], button, input:not([type=hidden]), select, textarea, summary'
  const boxOf = el => (el.matches('input[type=radio], input[type=checkbox]') && el.closest('label') || el).getBoundingClientRect()
  const isInSentence = el => {
    if (getComputedStyle(el).display !== 'inline') return false
    const block = el.parentElement.cloneNode(true)
    all('a, button, summary', block).forEach(target => target.remove())
    return (block.textContent.match(/\p{L}{2,}/gu) ?? []).length >= 2
  }

  // One h1, no level left out; one main; nothing that pops up, reloads by itself or opens a window; who is spoken to in which language.
  const frame = lang => {
    const found = []
    const levels = seen('h1, h2, h3, h4, h5, h6').map(el => Number(el.localName[1]))
    const headings = all('h1, h2, h3, h4, h5, h6').filter(isDrawn)
    headings.forEach((el, at) => {
      const [before, now] = [at ? Number(headings[at - 1].localName[1]) : 0, Number(el.localName[1])]
      if (now > before + 1 && !(at === 0 && now === 2)) found.push(`a level of headings is left out before ${named(el)}`)
    })
    if (levels.filter(level => level === 1).length !== 1) found.push(`${levels.filter(level => level === 1).length} h1 can be seen`)
    if (all('main').length !== 1) found.push(`${all('main').length} main`)
    if (all('meta[http-equiv=refresh i]').length) found.push('the page reloads by itself')
    for (const el of all('dialog, [role=dialog], [role=alertdialog], [popover]')) found.push(`${named(el)} pops up`)
    for (const el of all('a[target], form[target]')) if (el.target !== '_self') found.push(`${named(el)} opens a window`)
    for (const el of all('[required]')) found.push(`${named(el)} has the browser complain in its own words`)
    for (const el of all('form')) if (el.method === 'post' && !el.noValidate && el.querySelector('input[type=email], input[type=tel], [pattern], [maxlength]')) found.push(`the form of ${named(el)} lets the browser complain`)
    for (const el of all('input[type=password]')) found.push(`${named(el)} asks for a password`)
    for (const el of all('[autofocus]:not(.errors, [data-focus]), [accesskey]')) found.push(`${named(el)} takes the focus or a key by itself`)
    if (document.documentElement.lang !== lang) found.push(`the page says that it is in "${document.documentElement.lang}"`)
    return found
  }

  // Help is in the same place: the second link of the header, and at the top of the footer with its telephone.
  const help = () => {
    const found = []
    const tops = all('header.top a').map(el => el.getAttribute('href').split('?')[0])
    if (tops.join() !== '/,/help,/look') found.push(`the header leads to ${tops.join()}`)
    const foot = document.querySelector('footer.foot')
    const first = foot?.querySelector('a, button')
    if (!first?.getAttribute('href')?.startsWith('tel:')) found.push('the footer does not begin with the telephone')
    const statement = all('a[href="/accessibility"]', foot ?? document)
    if (statement.length !== 1) found.push('the footer has no link to the statement')
    const order = [document.querySelector('header.top'), document.querySelector('nav.menu'), document.querySelector('main'), foot].filter(Boolean)
    order.forEach((el, at) => { if (at && !(order[at - 1].compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING)) found.push(`${named(el)} is out of order`) })
    return found
  }

  // Each status has words and a drawn shape beside its colour.
  const statuses = () => {
    const found = []
    for (const el of seen('.tag, .notice, .wrong')) {
      if (!/\p{L}/u.test(words(el))) found.push(`${named(el)} says nothing in words`)
      if (!el.querySelector('svg')) found.push(`${named(el)} has no shape`)
    }
    for (const el of seen('.thread > li')) if (!/\p{L}/u.test(words(el)) || !el.querySelector('.knot')) found.push(`${named(el)} has no shape`)
    for (const el of seen('[aria-current]:is(a)')) {
      const {fontWeight, borderBlockEndWidth} = getComputedStyle(el)
      if (Number(fontWeight) < 600 && parseFloat(borderBlockEndWidth) < 2) found.push(`${named(el)} is marked by its colour alone`)
    }
    for (const el of seen('main p a, main li a')) {
      const {textDecorationLine} = getComputedStyle(el)
      if (isInSentence(el) && !textDecorationLine.includes('underline')) found.push(`the link ${named(el)} is known by its colour alone`)
    }
    return found
  }

  // Buttons are high, and between two targets there is room.
  const roomy = () => {
    const found = []
    for (const el of seen('.button:not(.quiet)')) {
      const {height} = el.getBoundingClientRect()
      if (height < 55.5) found.push(`the button ${named(el)} is ${Math.round(height)} high, 56 at least`)
    }
    const targets = seen(TARGETS).filter(el => !isInSentence(el))
    const boxes = targets.map(boxOf)
    for (let one = 0; one < targets.length; one++) for (let other = one + 1; other < targets.length; other++) {
      if (targets[one].contains(targets[other]) || boxes[one].top === boxes[other].top && boxes[one].left === boxes[other].left) continue
      const across = Math.max(boxes[one].left, boxes[other].left) - Math.min(boxes[one].right, boxes[other].right)
      const down = Math.max(boxes[one].top, boxes[other].top) - Math.min(boxes[one].bottom, boxes[other].bottom)
      if (across < -1 && down < -1) found.push(`${named(targets[one])} lies over ${named(targets[other])}`)
      // What has an edge of its own needs room around it; links that are 44 px high stand on their own.
      const isEdged = el => !el.matches('.quiet, .plain, .back, a:not(.button), summary')
      if (isEdged(targets[one]) && isEdged(targets[other]) && Math.max(across, down) < 7.5) found.push(`${named(targets[one])} is ${Math.round(Math.max(across, down))} px from ${named(targets[other])}`)
    }
    return found.slice(0, 6)
  }

  const isOut = range => [...range.getClientRects()].some(({width, left, right}) => width > 1 && (right > innerWidth + 1 || left < -1))
  // Text that is cut off by its box, or by the window.
  const cutOff = () => {
    const found = boxesCutOff()
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) {
      const {data, parentElement: el} = texts.currentNode
      if (!data.trim() || !isDrawn(el) || isHidden(el) || el.closest('textarea, select, option')) continue
      const range = document.createRange()
      range.selectNodeContents(texts.currentNode)
      if (isOut(range)) found.push(`the text "${short(data)}" leaves the window`)
    }
    return found.slice(0, 6)
  }
  const boxesCutOff = () => seen('main *, header *, nav *, footer *').filter(el => {
    const {overflowY, overflowX} = getComputedStyle(el)
    return [overflowX, overflowY].some(way => way === 'hidden' || way === 'clip') && !el.matches('svg, svg *, input, select') && el.clientHeight > 1
      && (el.scrollHeight > el.clientHeight + 2 || el.scrollWidth > el.clientWidth + 2)
  }).map(el => `${named(el)} is cut off`)

  const seconds = text => Math.max(0, ...text.split(',').map(one => parseFloat(one) * (one.trim().endsWith('ms') ? 1 : 1000)))
  // Nothing moves for longer than `most` milliseconds.
  const motion = most => {
    const found = []
    for (const el of all('*')) for (const pseudo of [null, '::before', '::after']) {
      const {transitionDuration, animationName, animationDuration, scrollBehavior} = getComputedStyle(el, pseudo)
      if (seconds(transitionDuration) > most) found.push(`${named(el)} changes for ${seconds(transitionDuration)} ms`)
      if (animationName !== 'none' && seconds(animationDuration) > most) found.push(`${named(el)} moves for ${seconds(animationDuration)} ms`)
      if (scrollBehavior === 'smooth' && most === 0) found.push(`${named(el)} scrolls by itself`)
    }
    if (all('marquee, blink, video[autoplay], audio[autoplay]').length) found.push('something plays by itself')
    return found.slice(0, 5)
  }

  const colour = name => {
    const probe = document.createElement('i')
    probe.style.cssText = `color: ${name}; forced-color-adjust: none; position: absolute`
    document.body.append(probe)
    const {color} = getComputedStyle(probe)
    probe.remove()
    return color
  }
  // Under forced colours every control has an edge, and the focus has one of the system's colours.
  const forced = () => {
    const found = []
    for (const el of seen('.button:not(.quiet), .input, .choice, .choice input, .tag, .card:not(.calm), .notice, .errors')) {
      const style = getComputedStyle(el)
      if (style.borderStyle === 'none' || parseFloat(style.borderTopWidth) < 1 || /^rgba\(.*, 0\)$/.test(style.borderTopColor)) found.push(`${named(el)} has no edge`)
      else if (style.borderTopColor === style.backgroundColor && style.backgroundColor === getComputedStyle(document.body).backgroundColor) found.push(`the edge of ${named(el)} cannot be told from the page`)
    }
    const system = ['Highlight', 'CanvasText', 'ButtonText', 'LinkText'].map(colour)
    const before = document.activeElement
    for (const el of seen(TARGETS).slice(0, 12)) {
      el.focus({preventScroll: true})
      const ringed = [el, el.closest('label.choice')].filter(Boolean).map(at => getComputedStyle(at)).find(({outlineStyle, outlineWidth}) => outlineStyle !== 'none' && parseFloat(outlineWidth) >= 3)
      if (el.matches(':focus-visible') && !ringed) found.push(`${named(el)} shows no focus`)
      else if (ringed && !system.includes(ringed.outlineColor)) found.push(`the focus of ${named(el)} is ${ringed.outlineColor}, none of the system's`)
    }
    document.activeElement?.blur?.()
    before?.focus?.({preventScroll: true})
    return found.slice(0, 8)
  }

  // The focus on each control in turn: seen whole, with a ring. The browser brings it into view as it does for Tab; of a text
  // area the line that is written in.
  const focuses = () => {
    const found = []
    const before = document.activeElement
    const ringOf = el => [el, el.closest('label.choice')].filter(Boolean).some(at => {
      const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(at)
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 3 && !/^rgba\(.*, 0\)$|transparent/.test(outlineColor)
    })
    for (const el of all(TARGETS)) {
      if (el.disabled || el.tabIndex < 0 || !isDrawn(el)) continue
      el.focus()
      if (document.activeElement !== el) { found.push(`${named(el)} does not take the focus`); continue }
      if (!ringOf(el)) found.push(`${named(el)} has the focus without a ring of 3 px`)
      const shown = el.matches('input[type=radio], input[type=checkbox]') && el.closest('label') || el
      const line = el.getClientRects()[0]
      const {scrollPaddingTop, scrollPaddingBottom} = getComputedStyle(document.documentElement)
      if (line.height > innerHeight - (parseFloat(scrollPaddingTop) || 0) - (parseFloat(scrollPaddingBottom) || 0)) continue
      const [left, right, top, bottom] = [Math.max(line.left, 0) + 2, Math.min(line.right, innerWidth) - 2, line.top + 2, line.bottom - 2]
      for (const [x, y] of [[(left + right) / 2, (top + bottom) / 2], [left, top], [right, top], [left, bottom], [right, bottom]]) {
        if (y < 0 || y > innerHeight) { if (!el.matches('textarea')) found.push(`${named(el)} has the focus outside the window`); break }
        const hit = document.elementFromPoint(x, y)
        if (hit && !shown.contains(hit) && !hit.contains(shown) && hit.closest('label')?.control !== el) { found.push(`${named(el)} has the focus under ${named(hit)}`); break }
      }
    }
    document.activeElement?.blur?.()
    before?.focus?.({preventScroll: true})
    scrollTo({left: 0, top: 0, behavior: 'instant'})
    return found.slice(0, 8)
  }

  // What the page says, and what the server's HTML would say before any script has touched it.
  const said = source => {
    const about = page => ({
      title: page.title.replace(/\s+/g, ' ').trim(), h1: all('h1', page).map(words), errors: all('.errors li', page).map(words),
      status: all('.notice h2, .notice h3', page).filter(el => !el.closest('template, [hidden]')).map(words),
    })
    const [now, sent] = [about(document), about(new DOMParser().parseFromString(source, 'text/html'))]
    return Object.keys(now).filter(name => JSON.stringify(now[name]) !== JSON.stringify(sent[name]))
      .map(name => `${name}: the server said ${JSON.stringify(sent[name])}, the page says ${JSON.stringify(now[name])}`)
  }

  // All that is read out or seen, with what only a screen reader says.
  const spoken = () => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = [document.title]
    while (texts.nextNode()) {
      const part = texts.currentNode.parentElement
      if (!part.closest('script, style') && part.closest('[lang]') === document.documentElement) found.push(texts.currentNode.data)
    }
    for (const el of all('*')) for (const name of ['aria-label', 'alt', 'title', 'placeholder', 'data-busy', 'data-said']) if (el.hasAttribute(name)) found.push(el.getAttribute(name))
    return [...new Set(found.map(text => text.replace(/\s+/g, ' ').trim()).filter(text => /\p{L}/u.test(text)))]
  }

  let spaced
  // Room between letters, words and lines as WCAG 1.4.12 asks for.
  const spacing = on => {
    if (!on) { document.adoptedStyleSheets = document.adoptedStyleSheets.filter(sheet => sheet.media.mediaText !== 'all and (min-width: 1px)'); return [] }
    spaced = new CSSStyleSheet({media: 'all and (min-width: 1px)'})
    spaced.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }')
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, spaced]
    return []
  }

  // Words that a line ends in the middle of. Only those of a length that any column can hold; addresses and codes may break.
  const broken = () => {
    const found = new Set()
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    while (texts.nextNode()) {
      const {currentNode: text} = texts
      if (!text.data.trim() || text.parentElement.closest('script, style, template, noscript, svg, option, textarea') || !isDrawn(text.parentElement) || isHidden(text.parentElement)) continue
      for (const token of text.data.matchAll(/\S+/g)) {
        if (/[\d@/:_.]\S/.test(token[0])) continue
        for (const word of token[0].matchAll(/(?<!\p{L})\p{L}{2,16}(?!\p{L})/gu)) {
          const start = token.index + word.index
          range.setStart(text, start)
          range.setEnd(text, start + word[0].length)
          const tops = [...range.getClientRects()].filter(box => box.width > 0).map(box => box.top)
          if (tops.length > 1 && Math.max(...tops) - Math.min(...tops) > 4) found.add(`"${word[0]}" is broken in ${named(text.parentElement)}`)
        }
      }
    }
    return [...found]
  }

  return {broken, frame, help, statuses, roomy, cutOff, motion, forced, focuses, said, spoken, spacing}
}

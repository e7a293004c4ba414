// What is asked of a page from within. Each function is sent to the browser, so that none uses another.

// What lies beyond the right edge.
export function wide() {
  const edge = document.documentElement.clientWidth;
  const beyond = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > edge + 1);
  return beyond.slice(0, 4).map((element) => element.outerHTML.slice(0, 120)).join(' | ');
}

// Words that are seen beyond the right edge of the frame around them.
export function spilled() {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const found = [];
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    const frame = element.closest('button, .btn, .st, .band > *, .note, .box, fieldset, main');
    if (!text.data.trim() || !element.checkVisibility() || element.closest('.vh, .scroll, .live')) continue;
    range.selectNodeContents(text);
    if (range.getBoundingClientRect().right > frame.getBoundingClientRect().right) found.push(text.data.trim().slice(0, 60));
  }
  return found;
}

// Everything that can be used and is seen: number and description. Of a set of radio buttons, Tab reaches one.
export function focusable() {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
  const seen = all.filter((element) => element.type !== 'hidden' && !element.disabled && element.checkVisibility());
  const sets = new Set();
  const stops = [];
  for (const element of seen) {
    if (element.type === 'radio') {
      const checked = seen.find((other) => other.type === 'radio' && other.name === element.name && other.checked);
      if (sets.has(element.name) || (checked && checked !== element)) continue;
      sets.add(element.name);
    }
    stops.push(element);
  }
  const reached = stops.filter((element) => element.tabIndex >= 0);
  reached.forEach((element, number) => { element.dataset.stop = String(number); });
  return reached.map((element, number) => [String(number), element.outerHTML.slice(0, 160)]);
}

// What has the focus now, and what is wrong with how it shows.
export function focused() {
  const element = document.activeElement;
  const answer = { number: element.dataset.stop, what: element.outerHTML.slice(0, 160), wrong: '' };
  if (element === document.body || element === document.documentElement) return answer;
  const style = getComputedStyle(element);
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) {
    answer.wrong = `the outline is ${style.outlineWidth} ${style.outlineStyle}`;
    return answer;
  }
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element.parentElement;
  const opaque = (node) => (parts(getComputedStyle(node).backgroundColor)[3] ?? 1) > 0;
  while (behind.parentElement && !opaque(behind)) behind = behind.parentElement;
  const [one, other] = [light(style.outlineColor), light(getComputedStyle(behind).backgroundColor)].sort((a, b) => b - a);
  const contrast = (one + 0.05) / (other + 0.05);
  if (contrast < 3) answer.wrong = `the outline has a contrast of ${contrast.toFixed(1)} only`;
  const box = element.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
  const above = document.elementFromPoint(x, y);
  const own = !above || element.contains(above) || above.contains(element) || [...element.labels ?? []].some((label) => label.contains(above));
  // A link that breaks into two lines has a middle where it is not; a region is covered by what it holds.
  if (!own && element.getClientRects().length === 1) answer.wrong = `${above.outerHTML.slice(0, 120)} lies above it`;
  return answer;
}

// Numbers everything in the page that has its own visible text.
export function inked() {
  const pressed = 'button, .btn, .acts, .row, .bulk, .pick, .flt, .pag nav, .sizes, .refresh, .act, .vh, .skip, .side, .tabs > .end';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || element.closest(pressed) || !element.checkVisibility()) continue;
    element.dataset.ink = String(found.length);
    found.push(text.data.trim().slice(0, 60));
  }
  return found;
}

// What paper lacks or has too much of.
export function lost(before) {
  const wrong = [];
  for (const element of document.querySelectorAll('[data-ink]')) {
    const box = element.getBoundingClientRect();
    if (!element.checkVisibility() || box.width === 0 || box.right < 0) wrong.push(`“${before[Number(element.dataset.ink)]}” is lost`);
  }
  for (const element of document.querySelectorAll('button, .btn, .skip, .flt, .side, .pag nav, .sizes, .refresh')) {
    if (element.checkVisibility()) wrong.push(`there is something to press: ${element.outerHTML.slice(0, 120)}`);
  }
  for (const element of document.querySelectorAll('main *')) {
    const style = getComputedStyle(element);
    const cut = style.overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1;
    if (cut && element.clientHeight > 1 && !element.closest('.vh, .cut') && !['SELECT', 'TEXTAREA', 'INPUT'].includes(element.tagName)) {
      wrong.push(`cut off: ${element.outerHTML.slice(0, 120)}`);
    }
  }
  for (const table of document.querySelectorAll('table')) {
    if (getComputedStyle(table).display !== 'table') wrong.push('a table is none on paper');
    const cells = (row) => [...row.cells].filter((cell) => cell.checkVisibility()).length;
    const [head, ...rows] = [...table.rows].map(cells);
    if (rows.some((row) => row !== head)) wrong.push(`a table has ${head} headers and rows of ${rows[0]} cells`);
  }
  const ink = getComputedStyle(document.body);
  if (ink.backgroundColor !== 'rgb(255, 255, 255)') wrong.push(`paper is ${ink.backgroundColor}`);
  return wrong;
}

// A person in front of a browser: pages of playwright-core and of puppeteer-core, with scripts on or off. Fields have
// the names that forms send; buttons and links have their words. By mouse, or with `keyboard` by keys alone.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 60_000; // only a failing walk waits this long
const MOST_TABS = 400;
const SCROLLED_MS = 150; // Firefox aims a click at where things were a frame ago

export class Hands {
  constructor(page, base, { keyboard = false } = {}) {
    Object.assign(this, { page, base, keyboard });
  }

  async open(path) {
    await this.page.goto(this.base + path);
  }

  // Waits until the page says this: a string, or a pattern.
  async sees(words) {
    const pattern = words instanceof RegExp ? words : new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    await this.until(() => document.body.innerText.replace(/\s+/g, ' '), (text) => pattern.test(text), `${words}`);
  }

  async press(name) { await this.leave('button', name); }

  async follow(name) { await this.leave('a[href]', name); }

  // Fills the fields of a form by their names.
  async fill(values) {
    for (const [name, value] of Object.entries(values)) {
      assert(await this.enter(name, value), `there is no field ${name}`);
    }
  }

  // Fills the fields that this page has and presses its first button, page after page, until all are filled.
  async complete(values) {
    const left = new Map(Object.entries(values));
    while (left.size > 0) {
      const names = [...left.keys()];
      const has = (names) => names.some((name) => document.getElementsByName(name).length > 0);
      await this.until(has, (yes) => yes, `one of the fields ${names}`, names); // a page between may refresh until it leads on
      for (const [name, value] of left) {
        if (await this.enter(name, value)) left.delete(name);
      }
      await this.leave('main form button.primary', '');
    }
  }

  async enter(name, value) {
    const find = () => this.page.evaluate(meet, { selector: 'input, select, textarea', name, value: String(value), of: 'name' });
    let field = await find();
    if (!field) return false;
    if (field.folded) {
      await this.use(await this.page.evaluate(meet, { selector: 'summary', of: 'unfolds' }));
      field = await find(); // it has moved
    }
    if (field.kind === 'radio') {
      await this.use(field);
    } else if (field.kind === 'checkbox') {
      if (field.checked !== Boolean(value)) await this.use(field);
    } else if (field.kind === 'select') {
      await this.page.evaluate(() => document.querySelector('[data-met]').focus());
      await this.page.keyboard.type(field.label);
    } else {
      await this.reach(field);
      await this.page.keyboard.down('Control');
      await this.page.keyboard.press('a');
      await this.page.keyboard.up('Control');
      if (value === '') await this.page.keyboard.press('Delete');
      await this.page.keyboard.type(String(value));
    }
    const [now, checked] = await this.page.evaluate(() => { const met = document.querySelector('[data-met]'); return [met.value, met.checked]; });
    const isIn = { radio: checked, checkbox: checked === Boolean(value) }[field.kind] ?? now.replace(/\r\n/g, '\n') === String(value);
    assert(isIn, `${name} has “${now}” (${checked}) instead of “${value}”`);
    return true;
  }

  // Uses what leads to another page, and waits for that page.
  async leave(selector, name) {
    const met = await this.until(meet, (found) => found, `${selector} “${name}”`, { selector, name, of: 'words' });
    await this.page.evaluate(() => { document.documentElement.dataset.left = ''; });
    await this.use(met);
    const arrived = () => document.readyState === 'complete' && !('left' in document.documentElement.dataset);
    await this.until(arrived, (yes) => yes, `the page behind “${name}”`);
  }

  async use(met) {
    await this.reach(met);
    if (!this.keyboard) return;
    if (met.kind === 'radio') {
      const checked = () => document.querySelector('[data-met]').checked;
      for (let pressed = 0; pressed < 20 && !(await this.page.evaluate(checked)); pressed += 1) await this.page.keyboard.press('ArrowDown');
      return;
    }
    await this.page.keyboard.press(['checkbox', 'summary'].includes(met.kind) ? 'Space' : 'Enter');
  }

  // By mouse: a click. By keyboard: Tab until it has the focus.
  async reach({ x, y, kind, scrolled }) {
    if (!this.keyboard) {
      if (scrolled) await pause(SCROLLED_MS);
      await this.page.mouse.click(x, y);
      return;
    }
    const has = (set) => {
      const met = document.querySelector('[data-met]');
      const now = document.activeElement;
      return now === met || (set && now.type === 'radio' && now.name === met.name);
    };
    for (let pressed = 0; pressed < MOST_TABS; pressed += 1) {
      if (await this.page.evaluate(has, kind === 'radio')) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${await this.page.evaluate(() => document.querySelector('[data-met]').outerHTML.slice(0, 200))}`);
  }

  // Asks the page until it answers as it should. A page that is being replaced cannot be asked.
  async until(question, isGood, wanted, argument) {
    const end = performance.now() + PATIENCE_MS;
    let last;
    while (performance.now() < end) {
      last = await this.page.evaluate(question, argument).catch(() => undefined);
      if (last !== undefined && isGood(last)) return last;
      await pause(50);
    }
    const shown = await this.page.evaluate(() => document.body.innerText.slice(0, 1_500)).catch(() => '');
    throw new Error(`waited for ${wanted} at ${this.page.url()}:\n${shown}`);
  }
}

// Sent to the browser: marks an element with `data-met`, and says where and what it is. By the `name` of a field, by its
// `words`, or as the summary that `unfolds` what was met before.
function meet({ selector, name, value, of }) {
  const before = document.querySelector('[data-met]');
  const words = (element) => (element.innerText || '').replace(/\s+/g, ' ').replace(/ ?…$/, '').trim();
  const all = [...document.querySelectorAll(selector)].filter((element) => element.type !== 'hidden' && !element.disabled);
  let met;
  if (of === 'unfolds') met = before.closest('details:not([open])').querySelector('summary');
  else if (of === 'words') met = all.find((element) => element.checkVisibility() && (!name || words(element) === name));
  else met = all.find((element) => element.name === name && (element.type !== 'radio' || element.value === value));
  if (!met) return null;
  if (of === 'unfolds') met.parentElement.dataset.unfolded = '';
  else {
    before?.removeAttribute('data-met');
    met.dataset.met = '';
  }
  const from = [scrollX, scrollY];
  met.scrollIntoView({ block: 'center', behavior: 'instant' });
  const box = met.getClientRects()[0] ?? met.getBoundingClientRect();
  const kind = { SELECT: 'select', SUMMARY: 'summary', INPUT: met.type }[met.tagName] ?? met.tagName.toLowerCase();
  return {
    x: box.left + box.width / 2,
    y: box.top + box.height / 2,
    kind,
    scrolled: scrollX !== from[0] || scrollY !== from[1],
    checked: met.checked,
    folded: of === 'name' && !met.checkVisibility() && Boolean(met.closest('details:not([open])')),
    label: kind === 'select' ? [...met.options].find((option) => option.value === value)?.label : undefined,
  };
}

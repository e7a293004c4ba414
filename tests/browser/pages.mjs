// Judges pages in Chromium: WCAG 2 A and AA by axe, 320 px, the keyboard, colours in the dark, paper; their markup by
// html-validate, and the style by stylelint.
//
//   node pages.mjs PICTURES <PAGES
//
// PAGES is JSON: a list of { name, url, cookie, press }. `cookie` signs in; `press` names a button that is pressed
// first, past the browser's own refusal of an empty field. A picture of each page in each look goes to PICTURES, if
// that is not empty. Prints one line a fault, and ends with 1 if there is any.
//
// Pages have no script, and their content policy allows none; scripts are on for axe only.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CHROMIUM } from './chromium.mjs';
import { focusable, focused, inked, lost, spilled, wide } from './judges.mjs';
import { markup, style } from './quick.mjs';

const require = createRequire(join(process.env.SYNCDESK_PEERS, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 640 };
const PAPER = { width: 703, height: 1000 }; // A4 without its margins
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const [pictures] = process.argv.slice(2);
const pages = JSON.parse(readFileSync(0, 'utf8'));
const css = readFileSync(new URL('../../static/app.css', import.meta.url), 'utf8');
let faults = 0;

for (const { message, at } of await style(css)) fault('app.css', `${message}: ${at}`);

const browser = await chromium.launch(CHROMIUM);
try {
  await Promise.all([walk(pages.filter((_, n) => n % 2 === 0)), walk(pages.filter((_, n) => n % 2 === 1))]);
} finally {
  await browser.close();
}
process.exitCode = faults > 0 ? 1 : 0;

async function walk(some) {
  for (const wanted of some) {
    const context = await browser.newContext({ locale: 'en-GB', viewport: WIDE, colorScheme: 'light' });
    if (wanted.cookie) {
      const [name, ...value] = wanted.cookie.split('=');
      await context.addCookies([{ name, value: value.join('='), url: wanted.url }]);
    }
    const page = await context.newPage();
    try {
      await judge(page, wanted);
    } catch (error) {
      fault(wanted.name, `cannot be judged: ${error.stack}`);
    }
    await context.close();
  }
}

async function judge(page, { name, url, press }) {
  let answer = await page.goto(url);
  if (press) {
    await page.evaluate(() => document.querySelectorAll('form').forEach((form) => { form.noValidate = true; }));
    const answered = page.waitForResponse((response) => response.request().isNavigationRequest());
    await page.locator('main').getByRole('button', { name: press, exact: true }).click();
    await page.waitForLoadState();
    answer = await answered;
  }
  for (const { message, at } of await markup(await answer.text())) fault(name, `${message}: ${at}`);
  await page.evaluate(axe);
  await rules(page, `${name}, light`);
  await fits(page, `${name}, light`);
  await picture(page, `${name}-light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await rules(page, `${name}, dark`, ['color-contrast']); // nothing but colours differs
  await picture(page, `${name}-dark`);
  await page.setViewportSize(NARROW);
  await page.emulateMedia({ colorScheme: 'light' });
  await rules(page, `${name}, narrow`, ['target-size', 'scrollable-region-focusable', 'link-in-text-block']); // nothing but places differs
  await fits(page, `${name}, narrow`);
  await picture(page, `${name}-narrow`);
  await page.setViewportSize(WIDE);
  await keyboard(page, name);
  await paper(page, name);
}

async function rules(page, where, only) {
  const runOnly = only ? { type: 'rule', values: only } : { type: 'tag', values: TAGS };
  const { violations } = await page.evaluate((options) => window.axe.run(document, options),
    { runOnly, resultTypes: ['violations'], preload: false });
  for (const { id, help, nodes } of violations) {
    fault(where, `${id}: ${help}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
  }
}

// The document never scrolls sideways; what is too wide scrolls within its own frame, and nothing runs out of one.
async function fits(page, where) {
  const [has, needs] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
  if (needs > has) fault(where, `is ${needs} px wide and has ${has}: ${await page.evaluate(wide)}`);
  for (const words of await page.evaluate(spilled)) fault(where, `“${words}” runs out of its frame`);
}

// From the top, Tab reaches everything that can be used, shows where it is, and nothing lies above it.
async function keyboard(page, name) {
  const left = new Map(await page.evaluate(focusable));
  const most = left.size + 3;
  for (let pressed = 0; left.size > 0 && pressed < most; pressed += 1) {
    await page.keyboard.press('Tab');
    const { number, what, wrong } = await page.evaluate(focused);
    if (wrong) fault(name, `${wrong} when ${what} has the focus`);
    left.delete(number);
  }
  for (const what of left.values()) fault(name, `Tab does not reach ${what}`);
}

// On paper there is all that can be read, and nothing that can only be pressed.
async function paper(page, name) {
  const before = await page.evaluate(inked);
  await page.setViewportSize(PAPER);
  await page.emulateMedia({ media: 'print' });
  for (const what of await page.evaluate(lost, before)) fault(`${name}, on paper`, what);
  await fits(page, `${name}, on paper`);
  await picture(page, `${name}-paper`);
}

async function picture(page, name) {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true, animations: 'disabled' });
}

function fault(where, what) {
  faults += 1;
  console.log(`${where}: ${what}`);
}

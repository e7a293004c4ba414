// Judges the pages of the gallery: judge.mjs [PICTURES] <PAGES, as pages.mjs. Ends with 0 if all judges could be run.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markup, style } from '../browser/quick.mjs';
import { chromium, visit } from './browsers.mjs';
import { each, judged } from './findings.mjs';
import { lighthouse } from './lighthouse.mjs';
import { Nu } from './nu.mjs';
import { accessible, pictures } from './looks.mjs';
import { dumped, words } from './text.mjs';

const [folder] = process.argv.slice(2);
const chosen = (process.env.SYNCDESK_PAGES ?? '').split(' ').filter(Boolean);
const all = JSON.parse(readFileSync(0, 'utf8'));
const pages = all.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
const css = readFileSync(new URL('../../static/app.css', import.meta.url), 'utf8');
const scratch = mkdtempSync(join(tmpdir(), 'syncdesk-judges-'));
const browser = await chromium();

try {
  // Each page as it was sent, and what is to be read and used in it.
  await each(pages, (page) => visit(browser, page, async (tab, html) => {
    Object.assign(page, { html, words: await tab.evaluate(words) });
  }).catch((error) => { throw new Error(`${page.name} cannot be opened`, { cause: error }); }));

  await judged('html-validate', (found) => each(pages, async ({ name, html }) => {
    for (const { message, at } of await markup(html)) found(name, message, at);
  }));

  await judged('stylelint', async (found) => {
    for (const { message, at } of await style(css)) found('app.css', message, at);
    return 1;
  });

  await judged('nu', async (found) => {
    const nu = await Nu.start();
    try {
      for (const { message, at } of await nu.judge('text/css; charset=utf-8', css)) found('app.css', message, at);
      return 1 + await each(pages, async ({ name, html }) => {
        for (const { message, at } of await nu.judge('text/html; charset=utf-8', html)) found(name, message, at);
      });
    } finally {
      await nu.stop();
    }
  });

  for (const program of ['w3m', 'lynx']) {
    await judged(program, (found) => each(pages, async (page) => {
      for (const finding of await dumped(program, page, scratch)) found(page.name, finding);
    }));
  }

  await judged('pa11y', (found) => each(pages, async (page) => {
    await visit(browser, page, (tab) => accessible(browser, tab, (look, what, at) => found(`${page.name} ${look}`, what, at)))
      .catch((error) => found(page.name, `cannot be judged: ${error.message}`));
  }));

  await judged('lighthouse', (found) => lighthouse(browser, pages, found));

  if (folder) {
    await judged('pictures', () => each(pages, (page) => visit(browser, page, (tab) => pictures(tab, join(folder, page.name)))));
  }
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}

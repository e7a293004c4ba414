// The first paragraph of the foundation, walked in Chromium with scripts off:
//
//   node first_paragraph.mjs BASE SETUP_TOKEN SOURCE DESTINATION FILES PICTURES
//
// SOURCE holds FILES files that can be read, one that cannot, and one symbolic link; the portal may use SOURCE and
// DESTINATION. A picture of each step goes to the folder PICTURES. Ends with 0, or says which step failed.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CHROMIUM } from './chromium.mjs';

const [base, token, source, destination, files, pictures] = process.argv.slice(2);
const { chromium } = createRequire(join(process.env.SYNCDESK_PEERS, 'package.json'))('playwright-core');

const PATIENCE_MS = 60_000; // only a failing walk waits this long
const NAME = 'Quarter reports';

const browser = await chromium.launch(CHROMIUM);
const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB', baseURL: base });
context.setDefaultTimeout(PATIENCE_MS);
const page = await context.newPage();

let number = 0;
async function step(name, walk) {
  number += 1;
  const started = performance.now();
  try {
    await walk();
    console.log(`ok ${number} ${name} (${Math.round(performance.now() - started)} ms)`);
  } catch (error) {
    const shown = await page.locator('body').innerText();
    console.log(`not ok ${number} ${name}\n${error.stack}\nat ${page.url()}:\n${shown.slice(0, 2_000)}\n…\n${shown.slice(-1_000)}`);
    throw error;
  } finally {
    await page.screenshot({ path: join(pictures, `${number}.png`), fullPage: true });
  }
}

const field = (label, section = page) => section.getByLabel(label, { exact: true });
const heading = (name) => page.getByRole('heading', { level: 1, name, exact: true });
const press = (name, within = page) => within.getByRole('button', { name }).first().click();
const rows = () => page.locator('#messages tbody tr');

try {
  await step('every page leads to the setup page', async () => {
    await page.goto('/systems');
    await heading('Set up Syncdesk').waitFor();
  });

  await step('a wrong token is refused, and what was typed is kept', async () => {
    await setUp('wrong');
    await page.getByRole('alert').waitFor();
    assert.equal(await field('User name').inputValue(), 'ada');
  });

  await step('an administrator is set up', async () => {
    await setUp(token);
    await heading('No systems yet.').waitFor();
  });

  await step('the empty overview leads to the first system', async () => {
    await page.getByRole('link', { name: 'Connect a system' }).first().click();
    await heading('Connect a system').waitFor();
  });

  await step('two folders are connected', async () => {
    await field('Name').fill(NAME);
    await press('Continue');
    await fill('Source', source);
    await fill('Destination', destination);
    await press('Test and continue'); // the test refreshes until it has ended, and leads on
    await page.getByText(/^Advanced: /).click();
    await field('Concurrent transfers').fill('1'); // slow enough to be watched
    await press('Connect');
    await heading('Connection check').waitFor(); // saving leads to the check, which refreshes until it has ended
    await page.getByText('Ended', { exact: false }).first().waitFor();
    await page.getByRole('link', { name: 'Back to the system' }).click();
    await heading(NAME).waitFor();
  });

  await step('the list shows it neutral: it was never synchronized', async () => {
    await page.goto('/systems');
    const row = page.getByRole('row').filter({ hasText: NAME });
    await row.waitFor();
    assert.equal(await row.locator('.st.ok').count(), 0);
    await row.getByRole('link', { name: NAME }).click();
    await heading(NAME).waitFor();
  });

  await step('Synchronize now starts run 1', async () => {
    await press('Synchronize now');
    await page.getByText(/started run 1|run 1 is waiting for a free worker/i).first().waitFor(); // as busy as the machine is
  });

  await step('the run is watched while it goes on', async () => {
    await page.getByRole('link', { name: 'Run 1', exact: true }).first().click();
    await heading(`${NAME} run 1`).waitFor();
    await page.getByRole('link', { name: 'Live log' }).click({ noWaitAfter: true });
    await heading('Live log of run 1').waitFor();
    await page.locator('.live tbody tr').first().waitFor();
    const end = page.locator('#end');
    assert.equal(await end.getByText('Completed').count(), 0, 'the first row came before the run ended');
    await end.getByText('Completed with warnings').waitFor();
  });

  await step('its page counts what it shows', async () => {
    await page.locator('#end').getByRole('link', { name: 'Run details' }).click();
    await heading(`${NAME} run 1`).waitFor();
    assert.equal(await page.locator('main progress').count(), 0);
    for (const [category, n] of [['Error', 0], ['Warning', 1], ['Success', Number(files)]]) {
      await tab(category, n).waitFor();
    }
  });

  await step('the log is read by category', async () => {
    await tab('Warning', 1).click();
    await page.locator('caption', { hasText: 'Warning of run 1' }).waitFor({ state: 'attached' });
    assert.equal(await rows().count(), 1);
    await page.getByText('unreadable.txt').waitFor();
    await tab('Success', Number(files)).click();
    await page.locator('caption', { hasText: 'Success of run 1' }).waitFor({ state: 'attached' });
    assert.equal(await rows().count(), await rows().filter({ hasText: 'Success' }).count());
    const first = await rows().first().innerText();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.waitForURL((url) => url.searchParams.size > 1);
    assert.notEqual(await rows().first().innerText(), first);
  });

  await step('a count on the page of the system leads to that category', async () => {
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: NAME }).click();
    await page.locator('#runs td[data-l=Warning] a').first().click();
    await page.locator('caption', { hasText: 'Warning of run 1' }).waitFor({ state: 'attached' });
    assert.equal(await rows().count(), 1);
  });
} catch {
  process.exitCode = 1; // said above
} finally {
  await browser.close();
}

async function setUp(given) {
  await field('Setup token').fill(given);
  await field('User name').fill('ada');
  await field('Password').fill('correct horse battery');
  await field('Confirm password').fill('correct horse battery');
  await field('Time zone').fill('Europe/Berlin');
  await press('Create administrator');
}

async function fill(section, folder) {
  const group = page.getByRole('group', { name: section, exact: true });
  await group.getByLabel('Kind').selectOption('local');
  await group.getByLabel('Folder').fill(folder);
}

function tab(category, count) {
  const grouped = String(count).replace(/\B(?=(\d{3})+$)/g, '\\s?'); // thousands are set apart
  const name = new RegExp(`^(\\S\\s*)?${category}\\s+${grouped}$`); // with or without its icon
  return page.getByRole('navigation', { name: 'Message category' }).getByRole('link', { name });
}

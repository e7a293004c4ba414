// The pictures of the README, from a portal that is set up and used through its pages:
//
//   node pictures.mjs PROGRAM OVERVIEW.png RUN.png
//
// Groups come from the command line, as for any operator. Nothing is written to the database.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CHROMIUM } from './chromium.mjs';
import { Hands } from './hands.mjs';
import { startPortal } from './portal.mjs';

const [program, overview, run] = process.argv.slice(2);
const peers = process.env.SYNCDESK_PEERS;
const { chromium } = createRequire(join(peers, 'package.json'))('playwright-core');

const PERSON = { name: 'ada', password: 'correct horse battery' };
const GROUPS = ['Finance', 'Logistics', 'Sales'];
const WIDTH = 1280;
const [LEAST_HEIGHT, MOST_HEIGHT] = [600, 1_000];
const PATIENCE_MS = 30_000;

// Each files system: its files at the source, and how often it is synchronized with a few more of them each time.
const FILES = [
  { group: 'Finance', name: 'Bank statements', files: 48, folder: 'statement', runs: 6,
    fields: { schedule: 'every', every_minutes: '30' } },
  { group: 'Finance', name: 'Closing documents', files: 214, folder: 'closing', runs: 3,
    fields: { schedule: 'daily', daily_at: '22:15' } },
  { group: 'Finance', name: 'Travel receipts', files: 131, folder: 'receipt', runs: 4,
    fields: { schedule: 'every', every_minutes: '60' } },
  { group: 'Logistics', name: 'Delivery notes', files: 87, folder: 'delivery', runs: 7,
    fields: { schedule: 'every', every_minutes: '15' } },
  { group: 'Logistics', name: 'Customs documents', files: 36, folder: 'customs', runs: 3,
    fields: { schedule: 'every', every_minutes: '60', max_attempts: '1' } },
  { group: 'Logistics', name: 'Warehouse photographs', files: 60, folder: 'photograph', runs: 2,
    fields: { schedule: 'daily', daily_at: '21:00' } },
  { group: 'Sales', name: 'Price lists', files: 24, folder: 'prices', runs: 5,
    fields: { 'settings.mode': 'mirror', schedule: 'every', every_minutes: '120' } },
  { group: 'Sales', name: 'Contract archive', files: 72, folder: 'contract', runs: 2,
    fields: { 'settings.mode': 'mirror', schedule: 'daily', daily_at: '23:00' } },
];

let shown; // the path of the run with warnings
const folder = mkdtempSync(join(tmpdir(), 'syncdesk-pictures-'));
const trees = (group) => join(folder, 'srv', group.toLowerCase());
const roots = GROUPS.map((group) => `${group}=${trees(group)}`).join(',');
GROUPS.forEach((group) => mkdirSync(trees(group), { recursive: true }));
const service = await partners();
const portal = await startPortal(program, folder, { roots, more: ['--allow-networks=127.0.0.0/8'] });
const browser = await chromium.launch(CHROMIUM);
try {
  const context = await browser.newContext({ locale: 'en-GB', colorScheme: 'light', javaScriptEnabled: false });
  const page = await context.newPage();
  await use(new Hands(page, portal.base));
  await picture(page, '/overview', overview);
  await picture(page, shown, run);
} finally {
  await browser.close();
  await portal.stop();
  service.stop();
  rmSync(folder, { recursive: true, force: true });
}



async function use(hands) {
  await hands.open('/');
  await hands.fill({ token: portal.token, ...PERSON, password_again: PERSON.password, time_zone: 'Europe/Berlin' });
  await hands.press('Create administrator');
  for (const group of GROUPS) {
    execFileSync(program, ['group', 'add', group, `--file-roots=${roots}`, '--log=warn'], { cwd: folder, env: {} });
  }
  const systems = {};
  for (const system of FILES) {
    fill(system, system.files);
    mkdirSync(side(system, 'destination'), { recursive: true });
    systems[system.name] = await connect(hands, 'files', {
      name: system.name,
      group: system.group,
      production: 'yes',
      'settings.source_path': side(system, 'source'),
      'settings.destination_path': side(system, 'destination'),
      ...system.fields,
    });
    for (let number = 1; number <= system.runs; number += 1) {
      await synchronize(hands, systems[system.name], number);
      fill(system, 2 + number);
    }
  }
  systems.partners = await connect(hands, 'odata', {
    name: 'Business partners', group: 'Sales', production: 'yes', 'settings.root': service.root, schedule: 'every', every_minutes: '60',
  });
  for (let number = 1; number <= 3; number += 1) await synchronize(hands, systems.partners, number);
  await goWrong(hands, systems);
}

// One ends with warnings, one stops at its deletion limit, one fails, one is on hold.
async function goWrong(hands, systems) {
  const [receipts, contracts, customs] = ['Travel receipts', 'Contract archive', 'Customs documents']
    .map((name) => FILES.find((system) => system.name === name));
  for (const number of [17, 42]) writeFileSync(join(side(receipts, 'destination'), fileOf(receipts, number)), 'edited at the destination');
  mkdirSync(join(side(receipts, 'destination'), fileOf(receipts, receipts.next + 3)), { recursive: true });
  fill(receipts, 12);
  shown = `${systems[receipts.name]}/runs/${receipts.runs + 1}`;
  await synchronize(hands, systems[receipts.name], receipts.runs + 1);

  for (let number = 0; number < 60; number += 1) rmSync(join(side(contracts, 'source'), fileOf(contracts, number)));
  await synchronize(hands, systems[contracts.name], contracts.runs + 1);

  rmSync(side(customs, 'source'), { recursive: true });
  await synchronize(hands, systems[customs.name], customs.runs + 1);

  await hands.open(`${systems['Warehouse photographs']}/hold`);
  await hands.fill({ reason: 'The file server moves to another room.' });
  await hands.press('Put on hold');
}

// Returns the path of the new system.
async function connect(hands, kind, fields) {
  await hands.open(`/systems/new?kind=${kind}`);
  await hands.complete(fields);
  await hands.until(() => document.body.innerText, (text) => /Ended/.test(text), 'the end of the check');
  return /^\/systems\/[^/]+/.exec(new URL(hands.page.url()).pathname)[0];
}

async function synchronize(hands, system, number) {
  await hands.open(system);
  await hands.press('Synchronize now');
  await hands.open(`${system}/runs/${number}`);
  const result = () => document.querySelector('main .head .st')?.innerText;
  await hands.until(result, (words) => !/Queued|In process|Open/.test(words), `the end of run ${number} of ${system}`);
}

function side({ group, folder: name }, end) {
  return join(trees(group), end, name);
}

function fileOf({ folder: name }, number) {
  return join(`2026-${String(1 + (number % 11)).padStart(2, '0')}`, `${name}-${String(number).padStart(4, '0')}.pdf`);
}

// More files at the source.
function fill(system, files) {
  for (let left = files; left > 0; left -= 1) {
    system.next = (system.next ?? -1) + 1;
    const path = join(side(system, 'source'), fileOf(system, system.next));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'x'.repeat(2_000 + ((system.next * 7_919) % 90_000)));
  }
}

async function picture(page, path, file) {
  await page.goto(portal.base + path);
  await page.setViewportSize({ width: WIDTH, height: LEAST_HEIGHT });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: WIDTH, height: Math.min(height, MOST_HEIGHT) });
  await page.screenshot({ path: file });
}

// An OData service with 250 partners.
async function partners() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  const script = new URL('../peers/odata_v4.py', import.meta.url).pathname;
  const server = spawn(join(peers, 'python/bin/python'), [script, String(port), '250'], { stdio: 'ignore' });
  const root = `http://127.0.0.1:${port}/`;
  const end = performance.now() + PATIENCE_MS;
  while (!(await fetch(`${root}$metadata`).then(({ ok }) => ok, () => false))) {
    if (server.exitCode !== null || performance.now() > end) throw new Error('the OData service does not start');
    await pause(100);
  }
  return { root, stop: () => server.kill('SIGKILL') };
}

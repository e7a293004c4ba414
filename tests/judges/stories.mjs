// The main stories, with scripts off: by keyboard alone and by mouse in Chromium, by mouse in Firefox.
//
//   node stories.mjs PROGRAM
//
// Each browser gets its own portal: it is set up, then a person signs in, connects, checks, synchronizes, reads the
// log, filters, and puts on hold. Ends with 0 if all judges could be run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hands } from '../browser/hands.mjs';
import { startPortal } from '../browser/portal.mjs';
import { chromium, firefoxWithoutScripts } from './browsers.mjs';
import { judged } from './findings.mjs';

const [program] = process.argv.slice(2);
const PERSON = { name: 'ada', password: 'correct horse battery' };
const SYSTEM = 'Quarter reports';

await judged('keyboard', (found) => stories(chromium, { keyboard: true }, found));
await judged('chromium', (found) => stories(chromium, {}, found));
await judged('firefox', (found) => stories(firefoxWithoutScripts, {}, found));

async function stories(launch, how, found) {
  const folder = mkdtempSync(join(tmpdir(), 'syncdesk-stories-'));
  const [source, destination] = ['source', 'destination'].map((name) => join(folder, 'trees', name));
  for (const made of [source, destination]) mkdirSync(made, { recursive: true });
  for (let number = 0; number < 60; number += 1) writeFileSync(join(source, `report ${number}.txt`), 'figures');
  const portal = await startPortal(program, folder, { roots: `General=${join(folder, 'trees')}` });
  const browser = await launch();
  try {
    const tab = await browser.newPage();
    await tab.setViewport({ width: 1280, height: 900 });
    if (launch === chromium) await tab.setJavaScriptEnabled(false);
    const hands = new Hands(tab, portal.base, how);
    const steps = story(hands, { token: portal.token, source, destination });
    for (const [step, walk] of Object.entries(steps)) {
      try {
        await walk();
      } catch (error) {
        found(step, error.stack); // the later steps build on it
        break;
      }
    }
    return Object.keys(steps).length;
  } finally {
    await browser.close();
    await portal.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function story(hands, { token, source, destination }) {
  return {
    'set up': async () => {
      await hands.open('/');
      await hands.fill({ token, ...PERSON, password_again: PERSON.password, time_zone: 'Europe/Berlin' });
      await hands.press('Create administrator');
      await hands.sees('No systems yet.');
      await hands.press('Sign out');
    },
    'sign in': async () => {
      await hands.sees('Sign in');
      await hands.fill({ name: PERSON.name, password: 'wrong horse battery' });
      await hands.press('Sign in');
      await hands.sees(/do(es)? not match|wrong|incorrect/i);
      await hands.fill(PERSON);
      await hands.press('Sign in');
      await hands.sees('No systems yet.');
    },
    connect: async () => {
      await hands.follow('Connect a system');
      await hands.complete({
        name: SYSTEM,
        'settings.source_kind': 'local',
        'settings.source_path': source,
        'settings.destination_path': destination,
        schedule: 'daily',
        daily_at: '23:00',
      });
    },
    check: async () => {
      await hands.sees('Connection check');
      await hands.sees(/Ended.*\bOK\b|\bOK\b.*Ended/);
      await hands.follow('Back to the system');
      await hands.press('Check connection');
      await hands.sees('Ended');
      await hands.follow('Back to the system');
    },
    synchronize: async () => {
      await hands.press('Synchronize now');
      await hands.follow('Run 1');
      await hands.sees('Completed'); // the page refreshes until then
    },
    'read the log': async () => {
      await hands.sees('report 0.txt');
      await hands.follow('Next');
      await hands.sees('Previous');
    },
    filter: async () => {
      await hands.fill({ q: 'report 17' });
      await hands.press('Filter');
      await hands.sees('report 17.txt');
      await hands.open('/systems');
      await hands.fill({ q: 'nothing of the kind' });
      await hands.press('Filter');
      await hands.sees('No system');
    },
    hold: async () => {
      await hands.open('/systems');
      await hands.follow(SYSTEM);
      await hands.follow('Put on hold');
      await hands.fill({ reason: 'The disk is being replaced.' });
      await hands.press('Put on hold');
      await hands.sees('System put on hold.');
      await hands.press('Release');
      await hands.sees('System released.');
    },
  };
}

// What judges find: one line a finding, and a line of counts for each judge in the file that SYNCDESK_COUNTS names.
import { appendFileSync } from 'node:fs';

const SHOWN = 160;

// Runs a judge if tests/judge was asked for it, or for none in particular. `work` gets a function that takes where
// something was found, what it is, and what it looks like there. The same finding in several places is one line.
export async function judged(judge, work) {
  const wanted = (process.env.SYNCDESK_JUDGES ?? '').split(' ').filter(Boolean);
  if (wanted.length > 0 && !wanted.includes(judge)) return;
  const started = performance.now();
  const places = new Map();
  const found = (where, what, at = '') => {
    const [line, example] = [what, at].map((text) => text.replace(/\s+/g, ' ').trim());
    if (!places.has(line)) places.set(line, { example, at: new Set() });
    places.get(line).at.add(where);
  };
  let looked = 0;
  try {
    looked = await work(found);
  } catch (error) {
    found('everywhere', `cannot judge: ${error.stack}`);
  }
  for (const [what, { example, at }] of places) {
    const [first, ...others] = at;
    const more = others.length > 0 ? ` and ${others.length} more (${others.join(', ').slice(0, SHOWN)})` : '';
    console.log(`${judge}: ${first}${more}: ${what}${example && `: ${example.slice(0, SHOWN)}`}`);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`== ${judge}: looked at ${looked}, found ${places.size}, in ${seconds} s`);
  appendFileSync(process.env.SYNCDESK_COUNTS, `${judge}\t${looked}\t${places.size}\t${seconds}\n`);
}

// Runs `work` on each of the items, two at a time.
export async function each(items, work) {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all([worker(), worker()]);
  return items.length;
}

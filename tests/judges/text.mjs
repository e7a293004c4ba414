// Pages in text browsers: what must be read and what can be used is in the text.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

// Wide: w3m breaks the cells of a table into lines side by side, which tear words apart.
const PROGRAMS = {
  w3m: (file) => ['-dump', '-T', 'text/html', '-cols', '500', '-I', 'UTF-8', '-O', 'UTF-8', '-no-cookie', file],
  lynx: (file) => ['-dump', '-force_html', '-nolist', '-width=200', '-assume_charset=utf-8', '-display_charset=utf-8', file],
};

// Sent to the browser: the headings, labels, buttons, table headers and links of a page. What is drawn is in words beside it.
export function words() {
  const all = [...document.querySelectorAll('h1, h2, label, legend, button, th[scope=col], main a[href]:not(svg a)')];
  return all.map((element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll('select, textarea, svg, datalist').forEach((part) => part.remove());
    return [element.tagName.toLowerCase(), copy.textContent];
  });
}

export async function dumped(program, { name, html, words: wanted }, folder) {
  const file = join(folder, `${program}-${name}.html`);
  writeFileSync(file, html);
  const { stdout } = await promisify(execFile)(program, PROGRAMS[program](file), { env: { ...process.env, HOME: folder } });
  const text = bare(stdout);
  const missing = wanted.filter(([, said]) => !text.includes(bare(said)));
  return missing.map(([kind, said]) => `${kind} “${said.replace(/\s+/g, ' ').trim()}” is missing`);
}

// Without blanks, which browsers break lines at, and without marks of direction.
function bare(text) {
  return text.replace(/[\s\u00a0\u202f\u200b-\u200f\u2060-\u2069]+/g, '');
}

// The program with an empty data folder on a free port, until `stop`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

// Starts PROGRAM in FOLDER, where it keeps its data. ROOTS is its setting of the folders that systems can use.
export async function startPortal(program, folder, { roots, more = [] } = {}) {
  const args = ['serve', '--listen=127.0.0.1:0', '--house-time-zone=Europe/Berlin', '--log=warn', ...more];
  if (roots) args.push(`--file-roots=${roots}`);
  const portal = spawn(program, args, { cwd: folder, env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  const said = (pattern) => new Promise((resolve) => {
    const seen = (line) => { const found = pattern.exec(line)?.[1]; if (found) resolve(found); };
    lines.forEach(seen);
    portal.on('line', seen);
  });
  for (const stream of [portal.stdout, portal.stderr]) {
    createInterface(stream).on('line', (line) => { lines.push(line); portal.emit('line', line); });
  }
  const ended = once(portal, 'close').then(() => { throw new Error(`the portal ended:\n${lines.join('\n')}`); });
  ended.catch(() => {}); // it is stopped below, too
  const [base, token] = await Promise.race([Promise.all([said(/listens on (http:\S+)/), said(/Setup token: (\S+)/)]), ended]);
  return {
    base,
    token,
    stop: async () => { portal.kill('SIGKILL'); await ended.catch(() => {}); },
  };
}

// The Nu checker of the W3C, as a server on loopback: pages are sent to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { judges } from './browsers.mjs';

const PATIENCE_MS = 300_000; // only a broken checker waits this long

export class Nu {
  static async start() {
    const port = await freePort();
    const jar = judges.resolve('vnu-jar/build/dist/vnu.jar');
    const server = spawn('java', ['-Dnu.validator.servlet.bind-address=127.0.0.1', '-cp', jar,
      'nu.validator.servlet.Main', String(port)], { stdio: 'ignore' });
    const nu = Object.assign(new Nu(), { server, url: `http://127.0.0.1:${port}/?out=json` });
    const end = performance.now() + PATIENCE_MS;
    while (performance.now() < end) {
      if (server.exitCode !== null) throw new Error('the Nu checker ended');
      if (await fetch(nu.url).then(() => true, () => false)) return nu;
      await pause(200);
    }
    await nu.stop();
    throw new Error('the Nu checker does not start');
  }

  // Errors and warnings.
  async judge(type, text) {
    const answer = await fetch(this.url, { method: 'POST', headers: { 'content-type': type }, body: text });
    const { messages } = await answer.json();
    return messages.map(({ type: kind, subType, message, extract }) => ({ message: `${subType ?? kind}: ${message}`, at: extract ?? '' }));
  }

  async stop() {
    if (this.server.exitCode !== null) return;
    const ended = once(this.server, 'exit');
    this.server.kill('SIGKILL');
    await ended;
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

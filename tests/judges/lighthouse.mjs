// Lighthouse on ten pages: accessibility and best practices, which must be 100.
import { pathToFileURL } from 'node:url';
import { judges } from './browsers.mjs';

const PAGES = ['overview', 'list', 'system', 'run', 'plan', 'edit', 'replica-records', 'logs', 'help', 'account'];

export async function lighthouse(browser, pages, found) {
  const { default: run } = await import(pathToFileURL(judges.resolve('lighthouse')));
  const port = Number(new URL(browser.wsEndpoint()).port);
  const some = pages.filter(({ name }) => PAGES.includes(name));
  for (const { name, url, cookie } of some) {
    const { lhr } = await run(url, {
      port,
      logLevel: 'error',
      onlyCategories: ['accessibility', 'best-practices'],
      extraHeaders: { Cookie: cookie },
      formFactor: 'desktop',
      screenEmulation: { mobile: false, width: 1280, height: 900, deviceScaleFactor: 1, disabled: false },
      throttlingMethod: 'provided',
    });
    if (lhr.runtimeError) found(name, `cannot be judged: ${lhr.runtimeError.message}`);
    if (new URL(lhr.finalDisplayedUrl).pathname !== new URL(url).pathname) found(name, `leads to ${lhr.finalDisplayedUrl}`);
    for (const { title, score, auditRefs } of Object.values(lhr.categories)) {
      if (score === 1) continue;
      for (const { id, weight } of auditRefs) {
        const audit = lhr.audits[id];
        if (weight === 0 || audit.score === null || audit.score === 1) continue;
        const items = (audit.details?.items ?? []).slice(0, 2).map((item) => item.node?.snippet ?? JSON.stringify(item)).join(' | ');
        found(name, `${title}: ${id}: ${audit.title}`, items);
      }
    }
  }
  return some.length;
}

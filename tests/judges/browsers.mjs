// The browsers of the judges, and the pages of the gallery in them.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CHROMIUM } from '../browser/chromium.mjs';

export const judges = createRequire(join(process.env.SYNCDESK_PEERS, 'judges/package.json'));
const puppeteer = judges('puppeteer-core');

export const chromium = () => puppeteer.launch({ ...CHROMIUM, headless: true });

// Scripts of pages are off for good; questions of the driver still get an answer.
export const firefoxWithoutScripts = () => puppeteer.launch({
  browser: 'firefox',
  executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
  headless: true,
  extraPrefsFirefox: { 'javascript.enabled': false },
});

// Opens a page of the gallery for its reader, and presses its button. Calls `work` with the tab and the HTML as sent.
export async function visit(browser, { url, cookie, press }, work) {
  const context = await browser.createBrowserContext();
  try {
    const tab = await context.newPage();
    if (cookie) {
      const [name, ...value] = cookie.split('=');
      await context.setCookie({ name, value: value.join('='), domain: new URL(url).hostname, path: '/' });
    }
    let response = await tab.goto(url);
    if (press) {
      await tab.evaluate(() => document.querySelectorAll('form').forEach((form) => { form.noValidate = true; }));
      const arrives = tab.waitForNavigation();
      await tab.evaluate((name) => {
        [...document.querySelectorAll('main button')].find((button) => button.innerText.trim() === name).click();
      }, press);
      response = await arrives;
    }
    return await work(tab, await response.text());
  } finally {
    await context.close();
  }
}

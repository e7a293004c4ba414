// A page in its looks: what pa11y says of each, and pictures.
import { judges } from './browsers.mjs';

const pa11y = judges('pa11y');

const SCHEMES = ['light', 'dark'];
const JUDGED = [1280, 320];
const PICTURED = [320, 768, 1280, 1920];
const HEIGHT = 900;

// WCAG 2 AA by axe and by HTML_CodeSniffer. `found` takes the look, the finding, and what it is about.
export async function accessible(browser, tab, found) {
  for (const scheme of SCHEMES) {
    await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    for (const width of JUDGED) {
      const { issues } = await pa11y(tab.url(), {
        browser,
        page: tab,
        ignoreUrl: true, // it is open, and may have a form that was sent
        standard: 'WCAG2AA',
        runners: ['axe', 'htmlcs'],
        levelCapWhenNeedsReview: 'warning', // what axe is not sure of; warnings are not reported
        viewport: { width, height: HEIGHT },
        timeout: 120_000,
      });
      for (const { code, message, context } of issues) found(`${scheme} ${width}`, `${code}: ${message}`, context);
    }
  }
}

export async function pictures(tab, path) {
  for (const scheme of SCHEMES) {
    await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    for (const width of PICTURED) {
      await tab.setViewport({ width, height: HEIGHT });
      await tab.screenshot({ path: `${path}-${scheme}-${width}.png`, fullPage: true });
    }
  }
}

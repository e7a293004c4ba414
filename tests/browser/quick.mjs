// Two quick judges: html-validate on the markup of a page, stylelint on the style. Each answers with
// a list of { message, at }.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const MARKUP = {
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    // Every button sends its form, as a button without a type does.
    'no-implicit-button-type': 'off',
    // The id of a field is its name, such as `settings.root`.
    'valid-id': ['error', { relaxed: true }],
    // A list can have a name, which says what the colors of a chart are about.
    'aria-label-misuse': ['error', { allowAnyNamable: true }],
  },
};

const STYLE = {
  extends: 'stylelint-config-standard',
  rules: {
    // The style has a limit in bytes: its rules are packed by component, several on a line.
    'at-rule-empty-line-before': null,
    'comment-empty-line-before': null,
    'custom-property-empty-line-before': null,
    'declaration-block-single-line-max-declarations': null,
    // Components follow each other, each with its states: `a:hover` of one comes before `a` of the next.
    'no-descending-specificity': null,
    // Names of fonts, and a color as everybody writes it.
    'value-keyword-case': ['lower', { ignoreProperties: ['--sans', '--mono'], ignoreKeywords: ['currentColor'] }],
    // Safari knows it by this name only.
    'property-no-vendor-prefix': [true, { ignoreProperties: ['-webkit-text-size-adjust'] }],
  },
};

const peers = process.env.SYNCDESK_PEERS;
const require = createRequire(join(peers, 'package.json'));
const { HtmlValidate } = require('html-validate');
const validator = new HtmlValidate(MARKUP);

export async function markup(html) {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) => messages).map(({ ruleId, message, line, column }) => {
    const at = html.split('\n')[line - 1].slice(Math.max(column - 2, 0), column + 118);
    return { message: `${ruleId}: ${message}`, at };
  });
}

export async function style(css) {
  const { default: stylelint } = await import(require.resolve('stylelint'));
  const { results } = await stylelint.lint({ code: css, config: STYLE, configBasedir: peers });
  return results.flatMap(({ warnings }) => warnings).map(({ text, line, column }) => {
    return { message: text, at: css.split('\n')[line - 1].slice(column - 1, column + 79) };
  });
}

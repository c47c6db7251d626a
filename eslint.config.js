'use strict';

// The browsers that Prosa serves go back to ES5: what they lack is named here, by its absence.
var browser = {
  window: 'readonly', document: 'readonly', console: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly',
  setInterval: 'readonly', clearInterval: 'readonly', XMLHttpRequest: 'readonly', JSON: 'readonly'
};
var node = {
  require: 'readonly', module: 'writable', process: 'readonly', console: 'readonly', __dirname: 'readonly',
  setTimeout: 'readonly', clearTimeout: 'readonly', setImmediate: 'readonly', globalThis: 'readonly'
};
var rules = {
  'no-undef': 'error',
  'no-unused-vars': ['error', { args: 'after-used', caughtErrors: 'none' }],
  'eqeqeq': ['error', 'always', { null: 'ignore' }],
  'no-shadow': 'error',
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-redeclare': 'error',
  'no-unreachable': 'error',
  'no-dupe-keys': 'error',
  'no-fallthrough': 'error',
  'strict': 'off'
};

module.exports = [
  {
    files: ['static/js/**/*.js'],
    languageOptions: { ecmaVersion: 5, sourceType: 'script', globals: browser },
    rules: Object.assign({}, rules, {
      'no-restricted-properties': ['error',
        { property: 'innerHTML', message: 'Use textContent: what people write is never markup.' },
        { property: 'outerHTML', message: 'Use textContent: what people write is never markup.' },
        { property: 'insertAdjacentHTML', message: 'Use textContent: what people write is never markup.' }]
    })
  },
  {
    files: ['tests/js/**/*.js', 'eslint.config.js'],
    languageOptions: { ecmaVersion: 2022, sourceType: 'commonjs', globals: node },
    rules: rules
  }
];

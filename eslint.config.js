'use strict';

// The browsers that Prosa serves go back to ES5: what they lack is named here, by its absence.
var browser = {
  window: 'readonly', document: 'readonly', console: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly',
  setInterval: 'readonly', clearInterval: 'readonly', XMLHttpRequest: 'readonly', JSON: 'readonly'
};
var node = {
  require: 'readonly', module: 'writable', Buffer: 'readonly', process: 'readonly', console: 'readonly', __dirname: 'readonly',
  setTimeout: 'readonly', clearTimeout: 'readonly', setImmediate: 'readonly', globalThis: 'readonly', URL: 'readonly'
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

// What an ES5 engine lacks and no-undef cannot see: newer methods, by their names.
var newerMethods = [
  'append', 'at', 'before', 'closest', 'codePointAt', 'copyWithin', 'endsWith', 'entries', 'fill', 'finally', 'find',
  'findIndex', 'findLast', 'flat', 'flatMap', 'getAttributeNames', 'includes', 'matchAll', 'matches', 'normalize', 'padEnd',
  'padStart', 'prepend', 'remove', 'repeat', 'replaceAll', 'replaceChildren', 'replaceWith', 'startsWith',
  'toggleAttribute', 'trimEnd', 'trimStart', 'values'
];
var newer = [
  {
    selector: 'CallExpression > MemberExpression.callee[property.name=/^(' + newerMethods.join('|') + ')$/]',
    message: 'An ES5 browser has no such method.'
  },
  {
    selector: 'CallExpression[arguments.length>1] > MemberExpression.callee[object.property.name="classList"]',
    message: 'An ES5 browser takes one class at a time, and no force.'
  }
];
var newerStatics = [
  ['Array', 'from'], ['Array', 'of'], ['Number', 'isFinite'], ['Number', 'isInteger'], ['Number', 'isNaN'],
  ['Number', 'isSafeInteger'], ['Object', 'assign'], ['Object', 'entries'], ['Object', 'fromEntries'],
  ['Object', 'is'], ['Object', 'setPrototypeOf'], ['Object', 'values'], ['Math', 'sign'], ['Math', 'trunc'],
  ['String', 'raw']
].map(function (pair) {
  return { object: pair[0], property: pair[1], message: 'An ES5 browser has no such function.' };
});

module.exports = [
  {
    files: ['static/js/**/*.js'],
    languageOptions: { ecmaVersion: 5, sourceType: 'script', globals: browser },
    rules: Object.assign({}, rules, {
      'no-restricted-properties': ['error',
        { property: 'innerHTML', message: 'Use textContent: what people write is never markup.' },
        { property: 'outerHTML', message: 'Use textContent: what people write is never markup.' },
        { property: 'insertAdjacentHTML', message: 'Use textContent: what people write is never markup.' }]
          .concat(newerStatics),
      'no-restricted-syntax': ['error'].concat(newer)
    })
  },
  {
    files: ['tests/js/**/*.js', 'eslint.config.js'],
    languageOptions: { ecmaVersion: 2022, sourceType: 'commonjs', globals: node },
    rules: rules
  }
];

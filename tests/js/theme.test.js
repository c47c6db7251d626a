'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const CSS = path.join(__dirname, '..', '..', 'static', 'css');
const THEME = Object.fromEntries(
  [...fs.readFileSync(path.join(CSS, 'theme.css'), 'utf8').split('@media')[0].matchAll(/(--[\w-]+):\s*([^;]+);/g)]
    .map((match) => [match[1], match[2]])
);

const sheets = fs.readdirSync(CSS, { recursive: true }).filter((name) => name.endsWith('.css') && name !== 'theme.css');

sheets.forEach((name) => {
  test(name + ' writes the value of the theme before each use of it', () => {
    const lines = fs.readFileSync(path.join(CSS, name), 'utf8').split('\n');
    lines.forEach((line, index) => {
      if (line.includes('var(')) {
        const literal = line.replace(/var\((--[\w-]+)\)/g, (_, variable) => THEME[variable]);
        assert.equal(lines[index - 1].trim(), literal.trim(), name + ':' + (index + 1));
      }
    });
  });
});

'use strict';
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');

const table = JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'texts.json'), 'utf8'));
const prosa = load(['texts'], { URL });

test('what in a text is a link is what the table says', () => {
  assert.ok(table.links.length > 50);
  table.links.forEach(({ text, pieces }) => {
    const found = Array.from(prosa.pieces(text), (piece) => [piece.text, piece.href]);
    assert.deepEqual(found, pieces, text);
  });
});

test('a browser without URL makes no link of a host that it cannot show honestly', () => {
  const old = load(['texts']);
  assert.deepEqual(Array.from(old.pieces('https://pаypal.com'), (piece) => piece.href), ['']);
  assert.deepEqual(Array.from(old.pieces('https://ação.com.br'), (piece) => piece.href), ['https://ação.com.br']);
});

test('one to three emoji and nothing else are shown large', () => {
  table.emoji.forEach((text) => assert.equal(prosa.isEmoji(text), true, text));
  table.not_emoji.forEach((text) => assert.equal(prosa.isEmoji(text), false, text));
});

test('a name changes the order of nothing around it', () => {
  table.isolated.forEach(([name, shown]) => assert.equal(prosa.isolated(name), shown));
});

test('a long text of beginnings takes no time', () => {
  ['www.', 'https://(', 'https://a.com/)', ')', 'http://www.'].forEach((part) => {
    const text = part.repeat(Math.ceil(4000 / part.length));
    assert.equal(Array.from(prosa.pieces(text), (piece) => piece.text).join(''), text);
  });
});

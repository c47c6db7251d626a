'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');
const languages = require('./spoken');

function speaking(code, texts) {
  const language = Object.assign({}, languages[code], { texts: texts || {} });
  return load(['languages'], { document: { getElementById: () => ({ textContent: JSON.stringify(language) }) } });
}

test('a text is said in the language of the page, with its values, whatever stands in them', () => {
  const prosa = speaking('en', { 'Olá, %(name)s': 'Hello, %(name)s' });
  assert.equal(prosa.text('Olá, %(name)s', { name: '$& %(name)s <b>' }), 'Hello, $& %(name)s <b>');
});

test('a text that the catalogue has not is said as it was written, and no name of an object is a text', () => {
  const prosa = speaking('en');
  assert.equal(prosa.text('100%% de %(what)s', { what: 'tudo' }), '100% de tudo');
  assert.equal(prosa.text('constructor'), 'constructor');
});

test('Portuguese says zero as one, English as many', () => {
  const few = (prosa) => [0, 1, 2, 1200].map((n) => prosa.texts('%(num)s sala', '%(num)s salas', n));
  assert.deepEqual(few(speaking('pt-BR')), ['0 sala', '1 sala', '2 salas', '1.200 salas']);
  const rooms = { '%(num)s sala': ['%(num)s room', '%(num)s rooms'] };
  assert.deepEqual(few(speaking('en', rooms)), ['0 rooms', '1 room', '2 rooms', '1,200 rooms']);
});

test('numbers and sizes are written as the language writes them', () => {
  const pt = speaking('pt-BR');
  const en = speaking('en');
  assert.equal(pt.number(1234567.5), '1.234.567,5');
  assert.equal(en.number(1234567.5), '1,234,567.5');
  assert.equal(pt.number(-1234.5678), '-1.234,568');
  assert.deepEqual([1, 820, 1024, 150000, 1572864, 10485760].map(pt.size),
    ['1 byte', '820 bytes', '1 kB', '146 kB', '1,5 MB', '10 MB']);
  assert.equal(en.size(1572864), '1.5 MB');
});

test('a page that says nothing of its language is Portuguese', () => {
  const prosa = load(['languages']);
  assert.equal(prosa.text('Olá'), 'Olá');
  assert.equal(prosa.number(1234.5), '1.234,5');
});

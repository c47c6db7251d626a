'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');
const languages = require('./spoken');

const NOW = Date.parse('2026-11-24T02:30:00Z');

function makePresence() {
  const page = { textContent: JSON.stringify(languages['pt-BR']) };
  const prosa = load(['moments', 'presence'], { document: { getElementById: () => page } });
  const element = { textContent: 'desenhado', className: '' };
  const presence = new prosa.Presence(element, '1', new prosa.Moments(() => NOW));
  presence.setPeople([{ user_id: '1' }, { user_id: '2' }]);
  return { element, presence };
}

test('what the page was drawn with stays until the room says who is here', () => {
  const { element, presence } = makePresence();
  assert.equal(element.textContent, 'desenhado');
  presence.start(['1', '2']);
  assert.equal(element.textContent, 'online');
});

test('whoever is away was last here on a day of the service', () => {
  const { element, presence } = makePresence();
  [['2026-11-23T17:05:00Z', 'visto por último às 14:05'], ['2026-11-23T02:59:00Z', 'visto por último ontem às 23:59'],
    ['2026-11-22T02:59:00Z', 'visto por último em 21/11/2026 às 23:59']].forEach(([seen, words]) => {
    presence.start(['1'], { 2: seen });
    assert.equal(element.textContent, words);
  });
  presence.start(['1'], {});
  assert.equal(element.textContent, 'offline');
});

test('whoever goes away is said to have been here until then, and comes back', () => {
  const { element, presence } = makePresence();
  presence.start(['1', '2'], {});
  presence.set('2', false, '2026-11-24T02:29:00Z');
  assert.equal(element.textContent, 'visto por último às 23:29');
  presence.set('2', true);
  assert.equal(element.textContent, 'online');
  presence.forget();
  assert.equal(element.textContent, '');
});

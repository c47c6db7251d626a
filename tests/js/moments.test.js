'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');

function at(iso) {
  const moments = new (load(['moments']).Moments)(() => Date.parse(iso));
  moments.learn('23/11/2026 20:05', '2026-11-23T23:05:31.250Z');
  return moments;
}

test('today and yesterday are those of the service, not of the browser', () => {
  const moments = at('2026-11-24T02:30:00Z');
  assert.equal(moments.dayName('23/11/2026'), 'Hoje');
  assert.equal(moments.dayName('22/11/2026'), 'Ontem');
  assert.equal(moments.dayName('21/11/2026'), '21/11/2026');
});

test('the hour stands for today, the day for the rest', () => {
  const moments = at('2026-11-23T23:30:00Z');
  assert.equal(moments.brief('23/11/2026 20:05'), '20:05');
  assert.equal(moments.brief('22/11/2026 20:05'), 'Ontem');
  assert.equal(moments.brief('01/01/2026 20:05'), '01/01/2026');
});

test('a moment that cannot be read changes nothing', () => {
  const moments = at('2026-11-24T02:30:00Z');
  moments.learn('', 'nonsense');
  assert.equal(moments.dayName('23/11/2026'), 'Hoje');
});

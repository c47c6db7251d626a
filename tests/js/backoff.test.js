'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');

test('the ceiling doubles from 0.25 s and stays at 25 s', () => {
  const backoff = new (load(['backoff']).Backoff)(() => 1);
  const delays = Array.from({ length: 9 }, () => backoff.next());
  assert.deepEqual(delays, [250, 500, 1000, 2000, 4000, 8000, 16000, 25000, 25000]);
});

test('the jitter is full: chance decides between nothing and the ceiling', () => {
  const backoff = new (load(['backoff']).Backoff)(() => 0);
  assert.equal(backoff.next(), 0);
  assert.equal(backoff.next(), 0);
});

test('a reset begins at 0.25 s again', () => {
  const backoff = new (load(['backoff']).Backoff)(() => 1);
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 250);
});

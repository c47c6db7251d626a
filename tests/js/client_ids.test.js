'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { webcrypto } = require('node:crypto');
const { load } = require('./fakes');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('an id is a random UUID and never the same twice', () => {
  const ids = new (load(['client_ids'], { Uint8Array }).ClientIds)(webcrypto, Math.random);
  const made = Array.from({ length: 1000 }, () => ids.next());
  made.forEach((id) => assert.match(id, UUID));
  assert.equal(new Set(made).size, 1000);
});

test('a browser without crypto still makes a UUID', () => {
  const ids = new (load(['client_ids']).ClientIds)(undefined, Math.random);
  assert.match(ids.next(), UUID);
  assert.notEqual(ids.next(), ids.next());
});

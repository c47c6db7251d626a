'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');
const faces = require('../faces.json');

const prosa = load(['faces']);

test('a sign is the one that the server draws', () => {
  faces.forEach(([name, letters, hue]) => {
    assert.equal(prosa.initialsOf(name), letters, name);
    assert.equal(prosa.hueOf(name), hue, name);
  });
});

test('a room of two has the sign of the other one', () => {
  const ana = { user_id: '1', name: 'Ana' };
  const rui = { user_id: '2', name: 'Rui' };
  assert.equal(prosa.faceOf({ title: 'Obra', members: [ana, rui] }, '1'), 'Rui');
  assert.equal(prosa.faceOf({ title: 'Obra', members: [ana, rui, rui] }, '1'), 'Obra');
  assert.equal(prosa.faceOf({ title: 'Obra', members: 70 }, '1'), 'Obra');
});

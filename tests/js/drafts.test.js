'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeStorage } = require('./fakes');

const prosa = load(['storage', 'drafts']);
const KEY = 'prosa:draft:1:7';

function makeTab(browser) {
  return new prosa.Drafts(new prosa.Storage(() => new FakeStorage()), new prosa.Storage(() => browser), '1', '7');
}

test('a draft is there for this tab and for the next one, and gone once it is sent', () => {
  const browser = new FakeStorage();
  makeTab(browser).save('Oi');
  const next = makeTab(browser);
  assert.equal(next.load(), 'Oi');
  next.save('');
  assert.equal(next.load(), '');
  assert.equal(makeTab(browser).load(), '');
});

test('sending in one tab does not take another tab\'s text away', () => {
  const browser = new FakeStorage();
  const one = makeTab(browser);
  const other = makeTab(browser);
  one.save('Minha');
  other.save('Outra');
  one.save('');
  assert.equal(makeTab(browser).load(), 'Outra');
});

test('a tab follows another one from the text that both hold, and keeps one of its own', () => {
  const tab = makeTab(new FakeStorage());
  const event = { key: KEY, oldValue: '"Oi"', newValue: '"Oi, tudo"' };
  assert.equal(tab.follow(event, 'Oi'), 'Oi, tudo');
  assert.equal(tab.follow(event, 'Outra'), null);
  assert.equal(tab.follow({ key: KEY, oldValue: null, newValue: '"O"' }, ''), 'O');
  assert.equal(tab.follow({ key: KEY, oldValue: '"Oi"', newValue: null }, 'Oi'), '');
  assert.equal(tab.follow({ key: KEY + '1', oldValue: '"Oi"', newValue: null }, 'Oi'), null);
  assert.equal(tab.follow({ key: null, oldValue: null, newValue: null }, ''), null);
});

test('where only the browser keeps nothing of the tab, a sent draft is gone all the same', () => {
  const browser = new FakeStorage();
  const lost = { get: () => null, set: () => false, drop: () => null, keys: () => [] };
  const tab = new prosa.Drafts(lost, new prosa.Storage(() => browser), '1', '7');
  tab.save('Oi');
  tab.save('');
  assert.equal(makeTab(browser).load(), '');
});

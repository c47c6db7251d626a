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

test('what a message is being made to say is kept by its place, beside the draft and the other messages', () => {
  const browser = new FakeStorage();
  const tab = makeTab(browser);
  tab.save('Rascunho');
  tab.of(4).save('Quatro');
  tab.of(40).save('Quarenta');
  const next = makeTab(browser);
  assert.deepEqual([next.load(), next.of(4).load(), next.of(40).load()], ['Rascunho', 'Quatro', 'Quarenta']);
  assert.deepEqual([...next.begun()].sort(), [4, 40]);
  const four = next.of(4);
  four.load();
  four.save('');
  assert.deepEqual([...next.begun()], [40]);
  next.save('');
  assert.equal(makeTab(browser).of(40).load(), 'Quarenta');
  next.wipe();
  assert.equal(browser.values.size, 0);
});

test('what a stranger left half-written is gone', () => {
  const browser = new FakeStorage();
  const own = new prosa.Storage(() => browser);
  new prosa.Drafts(own, own, '2', '7').of(4).save('Alheia');
  makeTab(browser);
  assert.equal(browser.values.size, 0);
});

test('where only the browser keeps nothing of the tab, a sent draft is gone all the same', () => {
  const browser = new FakeStorage();
  const lost = { get: () => null, set: () => false, drop: () => null, keys: () => [] };
  const tab = new prosa.Drafts(lost, new prosa.Storage(() => browser), '1', '7');
  tab.save('Oi');
  tab.save('');
  assert.equal(makeTab(browser).load(), '');
});

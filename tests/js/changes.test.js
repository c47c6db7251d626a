'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { LATER, makeTab, makeBrowser, kept } = require('./tabs');

/* A tab whose edits and deletions are noted beside its messages. */
function makeChanging(browser, name) {
  const tab = makeTab(browser, name);
  tab.changing = [];
  tab.changed = [];
  tab.refused = [];
  tab.outbox.on('changing', (change) => tab.changing.push([change.kind, change.target, change.conteudo]));
  tab.outbox.on('changed', (change, ack) => tab.changed.push([change.target, ack.seq]));
  tab.outbox.on('refused', (change, refusal) => tab.refused.push([change.conteudo, refusal.code]));
  return tab;
}

test('a change leaves in its turn, under one id through every retry, and is no message', () => {
  const browser = makeBrowser();
  const tab = makeChanging(browser, 'a');
  tab.outbox.resume();
  tab.outbox.put('a');
  tab.outbox.change('edit', 3, 'b');
  tab.outbox.change('delete', 4, '');
  assert.deepEqual(tab.tried, ['a']);
  tab.answer(null, {});
  const clientId = tab.message.client_id;
  assert.deepEqual([tab.message.kind, tab.message.target], ['edit', 3]);
  tab.answer(LATER);
  browser.time.pass(400);
  assert.equal(tab.message.client_id, clientId);
  tab.answer(null, { seq: 9 });
  assert.deepEqual([tab.message.kind, tab.message.target], ['delete', 4]);
  tab.answer(null, { seq: 10 });
  assert.deepEqual(tab.changing, [['edit', 3, 'b'], ['delete', 4, '']]);
  assert.deepEqual(tab.changed, [[3, 9], [4, 10]]);
  assert.deepEqual([tab.shown, tab.sent, kept(tab)], [['a'], ['a'], []]);
});

test('a change survives a reload, and a page that knows only messages does not see it', () => {
  const browser = makeBrowser();
  makeChanging(browser, 'a').outbox.change('edit', 3, 'b');
  assert.deepEqual([...browser.storage.values.keys()].filter((key) => /^prosa:outbox:/.test(key)), []);
  const again = makeChanging(browser, 'a');
  again.outbox.resume();
  assert.deepEqual([again.message.kind, again.message.target, again.message.conteudo], ['edit', 3, 'b']);
  again.answer(null, { seq: 9 });
  assert.equal(browser.storage.values.size, 0);
});

test('a change that is refused is told of once and kept nowhere, and what was said after it leaves', () => {
  const tab = makeChanging(makeBrowser(), 'a');
  tab.outbox.resume();
  tab.outbox.change('edit', 3, 'b');
  tab.outbox.put('c');
  tab.answer({ code: 'not_found', retryable: false });
  assert.deepEqual(tab.refused, [['b', 'not_found']]);
  assert.deepEqual([tab.returned, tab.failed, tab.tried], [[], [], ['b', 'c']]);
  assert.deepEqual(kept(tab), ['c']);
});

test('a room closed for writing gives the text of an edit back among the others', () => {
  const tab = makeChanging(makeBrowser(), 'a');
  tab.outbox.resume();
  tab.outbox.change('edit', 3, 'b');
  tab.outbox.put('c');
  tab.answer({ code: 'read_only', retryable: false });
  assert.deepEqual(tab.returned, [['read_only', ['b', 'c']]]);
  assert.deepEqual(kept(tab), []);
});

test('another tab shows what is being changed, and knows when that is over', () => {
  const browser = makeBrowser();
  const one = makeChanging(browser, 'a');
  const other = makeChanging(browser, 'b');
  one.outbox.resume();
  one.outbox.change('edit', 3, 'b');
  other.outbox.changed();
  assert.deepEqual(other.changing, [['edit', 3, 'b']]);
  one.answer(null, { seq: 9 });
  other.outbox.changed();
  assert.equal(other.gone.length, 1);
  other.outbox.wipe();
  assert.deepEqual(kept(other), []);
});

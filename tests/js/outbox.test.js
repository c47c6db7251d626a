'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { prosa, LATER, makeTab, makeBrowser, kept } = require('./tabs');

function makeOutbox() {
  const browser = makeBrowser();
  return { browser, time: browser.time, tab: makeTab(browser, 'a') };
}

test('messages wait for the line, then leave in order, one in flight', () => {
  const { tab } = makeOutbox();
  tab.outbox.put('a');
  tab.outbox.put('b');
  assert.deepEqual(tab.tried, []);
  assert.deepEqual(tab.shown, ['a', 'b']);
  tab.outbox.resume();
  assert.deepEqual(tab.tried, ['a']);
  tab.answer(null, {});
  assert.deepEqual(tab.tried, ['a', 'b']);
  tab.answer(null, {});
  assert.deepEqual(tab.sent, ['a', 'b']);
  assert.deepEqual(kept(tab), []);
});

test('an unknown outcome is tried again under the same id, before anything said later', () => {
  const { tab, time } = makeOutbox();
  tab.outbox.resume();
  tab.outbox.put('a');
  tab.outbox.put('b');
  const clientId = tab.message.client_id;
  tab.answer(LATER);
  assert.deepEqual(tab.tried, ['a']);
  time.pass(399);
  assert.deepEqual(tab.tried, ['a']);
  time.pass(1);
  assert.deepEqual(tab.tried, ['a', 'a']);
  assert.equal(tab.message.client_id, clientId);
  tab.answer(null, { duplicate: true });
  assert.deepEqual(tab.tried, ['a', 'a', 'b']);
});

test('a break in mid-flight sends again after the next join, once', () => {
  const { tab, time } = makeOutbox();
  tab.outbox.resume();
  tab.outbox.put('a');
  tab.answer({ code: 'closed', retryable: true });
  tab.outbox.pause();
  time.pass(60000);
  assert.deepEqual(tab.tried, ['a']);
  tab.outbox.resume();
  assert.deepEqual(tab.tried, ['a', 'a']);
});

test('what is refused for itself fails alone, and the next one leaves', () => {
  const { tab } = makeOutbox();
  tab.outbox.resume();
  tab.outbox.put('a');
  tab.outbox.put('b');
  tab.answer({ code: 'too_long', message: 'longa', retryable: false });
  assert.deepEqual(tab.failed, [['a', 'too_long']]);
  assert.deepEqual(tab.tried, ['a', 'b']);
});

test('a failed one waits for the person through a reload, and is tried again or discarded', () => {
  const { tab, browser } = makeOutbox();
  tab.outbox.resume();
  tab.outbox.put('a');
  const clientId = tab.message.client_id;
  tab.answer({ code: 'internal', retryable: false });
  const again = makeTab(browser, 'a');
  again.outbox.resume();
  assert.deepEqual(again.failed, [['a', 'internal']]);
  assert.deepEqual(again.tried, []);
  again.outbox.retry(clientId);
  assert.equal(again.message.client_id, clientId);
  again.answer({ code: 'conflict', retryable: false });
  again.outbox.retry(clientId);
  assert.notEqual(again.message.client_id, clientId);
  again.answer({ code: 'too_long', retryable: false });
  again.outbox.discard(again.message.client_id);
  assert.deepEqual(kept(again), []);
});

test('what would fail again comes back to be written anew, without a file that is gone', () => {
  const { tab } = makeOutbox();
  const file = { id: 'f', name: 'a.pdf' };
  const returned = [];
  tab.outbox.on('returned', (messages) => returned.push(messages.map((each) => [each.conteudo, each.attachment])[0]));
  tab.outbox.resume();
  [['too_long', file], ['not_found', null]].forEach(([code, left]) => {
    tab.outbox.put('a', file);
    const clientId = tab.message.client_id;
    tab.answer({ code, retryable: false });
    assert.ok(!tab.outbox.retry(clientId));
    assert.equal(JSON.stringify(returned.pop()), JSON.stringify(['a', left])); // parsed in another realm
  });
  assert.deepEqual(kept(tab), []);
});

test('a room closed for writing gives everything back in order', () => {
  const { tab } = makeOutbox();
  tab.outbox.resume();
  ['a', 'b', 'c'].forEach((text) => tab.outbox.put(text));
  tab.answer({ code: 'read_only', retryable: false });
  assert.deepEqual(tab.returned, [['read_only', ['a', 'b', 'c']]]);
  assert.deepEqual(tab.tried, ['a']);
  assert.deepEqual(kept(tab), []);
});

test('a reload sends what the page before it left, at once', () => {
  const { tab, browser } = makeOutbox();
  tab.outbox.resume();
  tab.outbox.put('a');
  tab.outbox.put('b');
  const again = makeTab(browser, 'a');
  again.outbox.refresh();
  assert.deepEqual(again.shown, ['a', 'b']);
  again.outbox.resume();
  assert.deepEqual(again.tried, ['a']);
});

test('what a crashed tab left is adopted when its lease has lapsed, oldest first', () => {
  const { tab, browser, time } = makeOutbox();
  tab.outbox.resume();
  tab.outbox.put('a');
  tab.outbox.put('b');
  const other = makeTab(browser, 'b');
  other.outbox.resume();
  assert.deepEqual(other.tried, []);
  time.pass(10100);
  assert.deepEqual(other.tried, ['a']);
});

test('a tab that has gone quietly hands over at once', () => {
  const { tab, browser } = makeOutbox();
  const other = makeTab(browser, 'b');
  tab.outbox.resume();
  other.outbox.resume();
  tab.outbox.put('a');
  other.outbox.changed();
  assert.deepEqual(other.tried, []);
  tab.outbox.pause();
  other.outbox.changed();
  assert.deepEqual(other.tried, ['a']);
});

test('what another tab has sent is gone here', () => {
  const { tab, browser } = makeOutbox();
  const other = makeTab(browser, 'b');
  other.outbox.put('a');
  tab.outbox.resume();
  assert.deepEqual(tab.tried, ['a']);
  tab.answer(null, {});
  other.outbox.changed();
  assert.deepEqual(other.gone, [tab.message.client_id]);
});

test('what is known to be stored is not sent again', () => {
  const { tab } = makeOutbox();
  tab.outbox.put('a');
  tab.outbox.settle(tab.store.all()[0].client_id);
  tab.outbox.resume();
  assert.deepEqual(tab.tried, []);
});

test('where nothing can be kept it is held in memory, and all that follows with it', () => {
  const { tab, browser } = makeOutbox();
  browser.storage.isFull = true;
  tab.outbox.put('a');
  browser.storage.isFull = false;
  tab.outbox.put('b');
  assert.equal(tab.store.isAtRisk(), true);
  assert.deepEqual(kept(makeTab(browser, 'b')), []);
  tab.outbox.resume();
  tab.answer(null, {});
  tab.answer(null, {});
  assert.deepEqual(tab.sent, ['a', 'b']);
  assert.equal(tab.store.isAtRisk(), false);
});

test('a browser that forbids storage keeps a tab working', () => {
  const browser = makeBrowser();
  Object.defineProperty(browser, 'storage', {
    get: () => {
      throw new Error('SecurityError');
    }
  });
  const tab = makeTab(browser, 'a');
  tab.outbox.resume();
  tab.outbox.put('a');
  tab.answer(null, {});
  assert.deepEqual(tab.sent, ['a']);
});

test('a page for another person and a week leave nothing behind', () => {
  const browser = makeBrowser();
  makeTab(browser, 'a').outbox.put('a');
  const storage = new prosa.Storage(() => browser.storage);
  const stranger = new prosa.OutboxStore(storage, browser.time.clock, '2', '7');
  assert.equal(stranger.all().length, 0);
  assert.equal(browser.storage.length, 0);
  makeTab(browser, 'a').outbox.put('b');
  browser.time.pass(8 * 24 * 3600 * 1000);
  assert.deepEqual(kept(makeTab(browser, 'a')), []);
});

test('a logout wipes what waits in every room', () => {
  const { tab, browser } = makeOutbox();
  tab.outbox.put('a');
  new prosa.OutboxStore(new prosa.Storage(() => browser.storage), browser.time.clock, '1', '8').add('x', 'x');
  tab.outbox.wipe();
  assert.equal([...browser.storage.values.keys()].filter((key) => key.includes('outbox')).length, 0);
});

test('a clock that is set back does not change the order', () => {
  const { tab, time } = makeOutbox();
  tab.outbox.put('a');
  time.now -= 3600 * 1000;
  tab.outbox.put('b');
  assert.deepEqual(kept(tab), ['a', 'b']);
});

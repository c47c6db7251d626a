'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const fc = require('fast-check');
const { load, FakeTime, FakeStorage } = require('./fakes');

const prosa = load(['emitter', 'storage', 'outbox_store', 'lease', 'outbox']);
const LATER = { code: 'retry', retryable: true, retry_after_ms: 400 };

/* A tab of person 1 in room 7, on the browser's storage. */
function makeTab(browser, name) {
  const storage = new prosa.Storage(() => browser.storage);
  const tab = { name, tried: [], sent: [], failed: [], returned: [], shown: [], gone: [] };
  tab.store = new prosa.OutboxStore(storage, browser.time.clock, '1', '7');
  tab.outbox = new prosa.Outbox({
    store: tab.store,
    lease: new prosa.Lease(storage, browser.time.clock, '1:7', name),
    timers: browser.time.timers,
    newId: () => 'id-' + (browser.ids += 1),
    send: (message, done) => {
      tab.tried.push(message.conteudo);
      tab.message = message;
      tab.answer = (...answer) => {
        tab.answer = null;
        done(...answer);
      };
    }
  });
  tab.outbox.on('waiting', (message) => tab.shown.push(message.conteudo));
  tab.outbox.on('sent', (message) => tab.sent.push(message.conteudo));
  tab.outbox.on('failed', (message) => tab.failed.push([message.conteudo, message.failed.code]));
  tab.outbox.on('returned', (messages, refusal) => tab.returned.push([refusal.code, Array.from(messages, (m) => m.conteudo)]));
  tab.outbox.on('gone', (clientId) => tab.gone.push(clientId));
  return tab;
}

/* What is kept, in its order: plain arrays of this realm. */
function kept(tab) {
  return Array.from(tab.store.all(), (message) => message.conteudo);
}

function makeBrowser() {
  return { time: new FakeTime(), storage: new FakeStorage(), ids: 0 };
}

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

/* The server: once under one id, in the order of arrival; a closed room refuses what it does not know. */
class Server {
  constructor() {
    this.log = [];
    this.known = new Set();
  }

  store(message) {
    if (!this.known.has(message.client_id)) {
      this.known.add(message.client_id);
      this.log.push(message.conteudo);
    }
  }
}

const TABS = ['a', 'b', 'c'];
const step = fc.record({
  what: fc.constantFrom(
    'write', 'write', 'write', 'answer', 'answer', 'answer', 'answer', 'refuse', 'lose', 'loseAnswer', 'up', 'up',
    'down', 'reload', 'crash', 'hear', 'time', 'lapse', 'full', 'roomy'
  ),
  tab: fc.constantFrom(...TABS)
});

function play(steps) {
  const browser = makeBrowser();
  const server = new Server();
  const tabs = {};
  const written = { a: [], b: [], c: [] };
  const lost = new Set();
  TABS.forEach((name) => {
    tabs[name] = makeTab(browser, name);
  });
  function renew(name, withGoodbye) {
    const old = tabs[name];
    if (withGoodbye) {
      old.outbox.pause();
    }
    Object.values(old.store.memory).forEach((message) => lost.add(message.conteudo));
    old.outbox.isOpen = false;
    browser.time.timers.clear(old.outbox.timer);
    tabs[name] = makeTab(browser, name);
    tabs[name].outbox.refresh();
  }
  const acts = {
    write: (tab, name) => {
      const text = name + written[name].length;
      written[name].push(text);
      tab.outbox.put(text);
    },
    answer: (tab) => {
      if (tab.answer) {
        server.store(tab.message);
        tab.answer(null, {});
      }
    },
    refuse: (tab) => tab.answer && tab.answer(LATER),
    lose: (tab) => tab.answer && tab.answer({ code: 'timeout', retryable: true }),
    loseAnswer: (tab) => {
      if (tab.answer) {
        server.store(tab.message);
        tab.answer({ code: 'timeout', retryable: true });
      }
    },
    up: (tab) => tab.outbox.resume(),
    down: (tab) => {
      if (tab.answer) {
        tab.answer({ code: 'closed', retryable: true });
      }
      tab.outbox.pause();
    },
    reload: (tab, name) => renew(name, true),
    crash: (tab, name) => renew(name, false),
    hear: (tab) => tab.outbox.changed(),
    time: () => browser.time.pass(500),
    lapse: () => browser.time.pass(10500),
    full: () => {
      browser.storage.isFull = true;
    },
    roomy: () => {
      browser.storage.isFull = false;
    }
  };
  steps.forEach(({ what, tab }) => acts[what](tabs[tab], tab));
  browser.storage.isFull = false;
  TABS.forEach((name) => tabs[name].outbox.resume());
  for (let i = 0; i < 20 + 4 * steps.length; i += 1) {
    TABS.forEach((name) => acts.answer(tabs[name]));
    browser.time.pass(11000);
  }
  return { server, written, lost, tabs };
}

test('whatever happens to three tabs, every kept text is stored once and in its tab\'s order', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { server, written, lost, tabs } = play(steps);
    TABS.forEach((name) => {
      const expected = written[name].filter((text) => !lost.has(text) || server.log.includes(text));
      assert.deepEqual(server.log.filter((text) => text[0] === name), expected);
      assert.deepEqual(kept(tabs[name]), []);
    });
    assert.equal(new Set(server.log).size, server.log.length);
  }), { numRuns: 10000 });
});

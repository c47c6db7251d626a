'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const fc = require('fast-check');
const { LATER, makeTab, makeBrowser, kept } = require('./tabs');

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

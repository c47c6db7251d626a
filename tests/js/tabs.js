'use strict';
/* The tabs of one browser, each with an outbox over the storage that they share. */

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

module.exports = { prosa, LATER, makeTab, makeBrowser, kept };

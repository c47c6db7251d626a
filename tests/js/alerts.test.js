'use strict';
/* The tabs of one person, each with what tells of news, over the storage that they share. */
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeTime, FakeStorage } = require('./fakes');

const prosa = load(
  ['emitter', 'storage', 'texts', 'lease', 'chime', 'attention', 'unread', 'hide', 'notices', 'alerts'],
  { document: { activeElement: null } }
);

function makeElement() {
  const attributes = { href: 'quiet.svg', 'data-unread': 'unread.svg' };
  return {
    hidden: true,
    heard: {},
    contains: () => false,
    addEventListener(name, listener) {
      this.heard[name] = listener;
    },
    getAttribute: (name) => attributes[name],
    setAttribute: (name, value) => {
      attributes[name] = value;
    }
  };
}

/* A browser with `count` tabs, none of them looked at. */
function makeBrowser(count, permission) {
  const browser = { kept: new FakeStorage(), time: new FakeTime(), plays: 0, shown: [], closed: [], gone: [], asked: 0 };
  browser.Notification = class {
    constructor(title, options) {
      Object.assign(this, { title }, options);
      browser.shown.push(this);
    }

    close() {
      browser.closed.push(this.tag);
    }

    static requestPermission() {
      browser.asked += 1;
    }
  };
  browser.Notification.permission = permission;
  browser.tabs = Array.from({ length: count }, (_, n) => makeTab(browser, 'tab' + n));
  return browser;
}

function makeTab(browser, name) {
  const storage = new prosa.Storage(() => browser.kept);
  const { timers, clock } = browser.time;
  const tab = { document: { title: 'Conversas', visibilityState: 'hidden', hasFocus: () => true }, rows: {} };
  const attention = new prosa.Attention({
    document: tab.document, icon: makeElement(), lease: new prosa.Lease(storage, clock, 'here:1', name), timers
  });
  const bar = { bar: makeElement(), yes: makeElement(), no: makeElement() };
  const notices = new prosa.Notices(Object.assign(bar, {
    api: browser.Notification,
    storage,
    current: '7',
    urlOf: (chatId) => '/chat/' + chatId,
    go: (url) => browser.gone.push(url),
    focus: () => browser.gone.push('focus')
  }));
  tab.unread = new prosa.Unread(storage, '1', timers);
  tab.alerts = new prosa.Alerts({
    attention,
    chime: new prosa.Chime({ storage, timers, clock, tab: name, play: () => { browser.plays += 1; } }),
    notices,
    unread: tab.unread,
    rows: {
      counts: () => ({}),
      count: (unreadOf) => {
        tab.rows = { 7: unreadOf('7'), 8: unreadOf('8') };
      }
    }
  });
  tab.bar = bar;
  tab.icon = attention.parts.icon;
  tab.look = (isSeen) => {
    tab.document.visibilityState = isSeen ? 'visible' : 'hidden';
    attention.look();
  };
  return tab;
}

function says(browser, seq, more) {
  const message = Object.assign({ chat_id: '7', seq, from: 'Rui', text: 'Oi', unread: seq }, more);
  browser.tabs.forEach((tab) => tab.alerts.news(message));
  hear(browser);
  browser.time.pass(250);
}

/* What the browser tells the tabs of each other's writing. */
function hear(browser) {
  browser.tabs.forEach((tab) => tab.unread.heard({ key: 'prosa:unread:1' }));
}

test('several tabs ring once and show one notification, which is gone once the room is read in any of them', () => {
  const browser = makeBrowser(3, 'granted');
  says(browser, 1);
  says(browser, 2);
  says(browser, 1, { chat_id: '8' });
  assert.equal(browser.plays, 3);
  assert.deepEqual(browser.shown.map((one) => [one.title, one.tag]),
    [['Rui', 'prosa:7'], ['Rui', 'prosa:7'], ['Rui', 'prosa:8']]);
  browser.tabs[0].alerts.read({ 7: 0 });
  hear(browser);
  assert.deepEqual([...new Set(browser.closed)], ['prosa:7']);
});

test('title, icon and list of every tab say the same, and nothing once all is read', () => {
  const browser = makeBrowser(2, 'denied');
  says(browser, 2);
  says(browser, 1, { chat_id: '8' });
  browser.tabs.forEach((tab) => {
    assert.equal(tab.document.title, '(3) Conversas');
    assert.equal(tab.icon.getAttribute('href'), 'unread.svg');
    assert.deepEqual(tab.rows, { 7: 2, 8: 1 });
  });
  browser.tabs[1].alerts.read({ 7: 0, 8: 0 });
  hear(browser);
  browser.tabs.forEach((tab) => {
    assert.equal(tab.document.title, 'Conversas');
    assert.equal(tab.icon.getAttribute('href'), 'quiet.svg');
    assert.deepEqual(tab.rows, { 7: 0, 8: 0 });
  });
  assert.equal(browser.shown.length, 0);
});

test('whoever looks at one of the tabs is shown no notification, and is again after leaving it or a crash', () => {
  const browser = makeBrowser(2, 'granted');
  browser.tabs[1].look(true);
  browser.time.pass(60000);
  says(browser, 1);
  assert.equal(browser.shown.length, 0);
  browser.tabs[0].look(true);
  browser.tabs[1].look(false);
  says(browser, 2);
  assert.equal(browser.shown.length, 0);
  browser.tabs[0].look(false);
  says(browser, 3);
  assert.equal(browser.shown.length, 1);
  browser.tabs[1].look(true);
  browser.time.waiting.clear();
  browser.tabs.pop();
  browser.time.pass(11000);
  says(browser, 4);
  assert.equal(browser.shown.length, 2);
});

test('the person is asked only after something came unseen, and the answer is remembered', () => {
  const browser = makeBrowser(1, 'default');
  const tab = browser.tabs[0];
  assert.equal(tab.bar.bar.hidden, true);
  tab.look(true);
  says(browser, 1);
  assert.equal(tab.bar.bar.hidden, true);
  tab.look(false);
  says(browser, 2);
  assert.equal(tab.bar.bar.hidden, false);
  assert.equal(browser.asked, 0);
  tab.bar.yes.heard.click();
  assert.equal(browser.asked, 1);
  assert.equal(tab.bar.bar.hidden, true);
  tab.bar.no.heard.click();
  says(browser, 3);
  assert.equal(tab.bar.bar.hidden, true);
  browser.Notification.permission = 'granted';
  says(browser, 4);
  assert.equal(browser.shown.length, 0);
});

test('a press on a notification brings the window, and the room where another one is open', () => {
  const browser = makeBrowser(1, 'granted');
  says(browser, 1);
  browser.shown[0].onclick();
  assert.deepEqual(browser.gone, ['focus']);
  says(browser, 1, { chat_id: '8' });
  browser.shown[1].onclick();
  assert.deepEqual(browser.gone, ['focus', 'focus', '/chat/8']);
});

test('a browser without notifications, or one that forbids them, counts and rings all the same', () => {
  [undefined, class { constructor() { throw new TypeError('Illegal constructor'); } }].forEach((api) => {
    const browser = makeBrowser(1, 'granted');
    if (api) {
      api.permission = 'granted';
    }
    browser.tabs[0].alerts.parts.notices.parts.api = api;
    says(browser, 1);
    assert.equal(browser.plays, 1);
    assert.equal(browser.tabs[0].document.title, '(1) Conversas');
  });
});

test('what another person had unread in this browser is forgotten', () => {
  const kept = new FakeStorage();
  kept.setItem('prosa:unread:2', '{"9":4}');
  const unread = new prosa.Unread(new prosa.Storage(() => kept), '1', new FakeTime().timers);
  assert.equal(unread.total(), 0);
  assert.equal(kept.getItem('prosa:unread:2'), null);
});

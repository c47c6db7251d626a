'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeTime, FakeStorage, FakeSocket } = require('./fakes');

const NAMES = ['websocket', 'xhr-streaming', 'xhr-polling'];
const DAY_MS = 24 * 60 * 60 * 1000;
const NONE_OPENED = 2000;
const NO_ANSWER = 1002;

/* A browser that opens lines: tried (names, in order), closes (codes that the connection saw), heard (its messages). */
function makeBrowser(names, storage) {
  const prosa = load(['storage', 'transports']);
  const time = new FakeTime();
  const kept = new FakeStorage();
  const browser = { time, kept, tried: [], timeouts: [], sockets: [], closes: [], heard: [] };
  const transports = new prosa.Transports({
    names: names || NAMES,
    make: (name, timeout) => {
      browser.tried.push(name);
      browser.timeouts.push(timeout);
      browser.sockets.push(new FakeSocket());
      return browser.socket();
    },
    storage: new prosa.Storage(storage || (() => kept)),
    timers: time.timers,
    clock: time.clock
  });
  browser.socket = () => browser.sockets[browser.sockets.length - 1];
  browser.opens = () => {
    browser.tried = [];
    browser.line = transports.open();
    browser.line.onmessage = (frame) => browser.heard.push(JSON.parse(frame.data).event);
    browser.line.onheartbeat = () => browser.heard.push('heartbeat');
    browser.line.onclose = (close) => browser.closes.push(close.code);
  };
  browser.works = () => {
    browser.socket().onopen();
    browser.socket().hears('welcome', {});
  };
  browser.fails = () => browser.socket().breaks(NONE_OPENED);
  return browser;
}

test('the best transport is tried first, with two seconds at least', () => {
  const browser = makeBrowser();
  browser.opens();
  assert.deepEqual(browser.tried, ['websocket']);
  assert.deepEqual(browser.timeouts, [2000]);
});

test('one that does not open is followed by the next, and the connection is not told', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.fails();
  browser.fails();
  assert.deepEqual(browser.tried, NAMES);
  assert.deepEqual(browser.closes, []);
  browser.works();
  assert.deepEqual(browser.heard, ['welcome']);
});

test('where none opens the connection is told, once', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.fails();
  browser.fails();
  browser.fails();
  assert.deepEqual(browser.closes, [NONE_OPENED]);
  assert.equal(browser.sockets.length, 3);
});

test('a server that cannot be reached is no transport\'s fault', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.socket().breaks(NO_ANSWER);
  assert.deepEqual(browser.tried, ['websocket']);
  assert.deepEqual(browser.closes, [NO_ANSWER]);
});

test('a line that breaks after it was open is the connection\'s to mend', () => {
  [1006, NONE_OPENED, 4000].forEach((code) => {
    const browser = makeBrowser();
    browser.opens();
    browser.socket().onopen();
    browser.socket().breaks(code);
    assert.deepEqual(browser.tried, ['websocket']);
    assert.deepEqual(browser.closes, [code]);
  });
});

test('nine seconds are the most that one may take', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.time.pass(8999);
  assert.deepEqual(browser.tried, ['websocket']);
  browser.time.pass(1);
  assert.deepEqual(browser.tried, ['websocket', 'xhr-streaming']);
  assert.ok(browser.sockets[0].isClosed);
  browser.sockets[0].breaks(1000);
  assert.deepEqual(browser.closes, []);
  browser.time.pass(9000);
  browser.works();
  browser.time.pass(60000);
  assert.deepEqual(browser.tried, NAMES);
  assert.deepEqual(browser.closes, []);
});

test('where all take too long the connection is told, once', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.time.pass(60000);
  browser.socket().breaks(1000);
  browser.line.close();
  assert.deepEqual(browser.tried, NAMES);
  assert.deepEqual(browser.closes, [NONE_OPENED]);
});

test('what is said and the signs of life go through', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.fails();
  browser.works();
  browser.line.send('{"event": "join_chat"}');
  browser.socket().onheartbeat();
  assert.equal(browser.socket().said('join_chat').length, 1);
  assert.deepEqual(browser.heard, ['welcome', 'heartbeat']);
});

test('a line that was let go tries nothing more', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.line.close();
  browser.fails();
  browser.time.pass(60000);
  assert.ok(browser.socket().isClosed);
  assert.deepEqual(browser.tried, ['websocket']);
});

test('the one that worked is tried first the next time, then the others', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.fails();
  browser.fails();
  browser.works();
  browser.opens();
  assert.deepEqual(browser.tried, ['xhr-polling']);
  browser.fails();
  browser.fails();
  assert.deepEqual(browser.tried, ['xhr-polling', 'websocket', 'xhr-streaming']);
});

test('one that opens and says nothing is not remembered', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.fails();
  browser.socket().onopen();
  browser.socket().breaks(1006);
  browser.opens();
  assert.deepEqual(browser.tried, ['websocket']);
});

test('after a day the best one has another chance, however often the other was used meanwhile', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.fails();
  browser.works();
  browser.time.pass(DAY_MS - 1);
  browser.opens();
  assert.deepEqual(browser.tried, ['xhr-streaming']);
  browser.works();
  browser.time.pass(1);
  browser.opens();
  assert.deepEqual(browser.tried, ['websocket']);
});

test('a remembered one that does not open is forgotten, and its stand-in is not remembered for it', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.works();
  browser.opens();
  browser.fails();
  browser.works();
  assert.deepEqual(browser.tried, ['websocket', 'xhr-streaming']);
  assert.equal(browser.kept.length, 0);
  browser.opens();
  browser.fails();
  browser.works();
  browser.opens();
  assert.deepEqual(browser.tried, ['xhr-streaming']);
});

test('a server that cannot be reached is no reason to forget', () => {
  const browser = makeBrowser();
  browser.opens();
  browser.fails();
  browser.works();
  browser.opens();
  browser.socket().breaks(NO_ANSWER);
  browser.opens();
  assert.deepEqual(browser.tried, ['xhr-streaming']);
});

test('a page that can only poll polls, and leaves the memory to the others', () => {
  const kept = new FakeStorage();
  const room = makeBrowser(NAMES, () => kept);
  room.opens();
  room.works();
  const before = kept.getItem('prosa:transport:websocket');
  const traditional = makeBrowser(['xhr-streaming', 'xhr-polling'], () => kept);
  traditional.opens();
  assert.deepEqual(traditional.tried, ['xhr-streaming']);
  traditional.works();
  assert.equal(kept.getItem('prosa:transport:websocket'), before);
});

test('without a storage all is the same, but for the memory', () => {
  const refusing = new FakeStorage();
  refusing.setItem = () => {
    throw new Error('QuotaExceededError');
  };
  const ways = [() => null, () => refusing, () => {
    throw new Error('SecurityError');
  }];
  ways.forEach((storage) => {
    const browser = makeBrowser(NAMES, storage);
    browser.opens();
    browser.fails();
    browser.works();
    browser.opens();
    assert.deepEqual(browser.tried, ['websocket']);
    browser.fails();
    browser.works();
    assert.deepEqual(browser.heard, ['welcome', 'welcome']);
  });
});

test('what is not a memory of ours is not believed', () => {
  const junk = ['', '{', 'null', '7', '[]', '{"name": "websocket"}', '{"name": "carrier-pigeon", "at": 1000000}',
    '{"name": "xhr-polling", "at": 1000001}', '{"name": "xhr-polling", "at": "soon"}'];
  junk.forEach((text) => {
    const browser = makeBrowser();
    browser.kept.setItem('prosa:transport:websocket', text);
    browser.opens();
    assert.deepEqual(browser.tried, ['websocket'], text);
  });
});

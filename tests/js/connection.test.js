'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { makeLine } = require('./fakes');

test('a broken line comes back after the backoff, again and again', () => {
  const line = makeLine();
  line.connection.connect();
  line.socket().breaks(1006);
  assert.equal(line.connection.state, 'waiting');
  line.time.pass(250);
  assert.equal(line.sockets.length, 2);
  line.socket().breaks(1006);
  line.time.pass(250);
  assert.equal(line.sockets.length, 2);
  line.time.pass(250);
  assert.equal(line.sockets.length, 3);
});

test('waking tries at once and forgets how long the waits had become', () => {
  const line = makeLine();
  line.connection.connect();
  for (let i = 0; i < 8; i += 1) {
    line.socket().breaks(1006);
    line.time.pass(25000);
  }
  line.socket().breaks(1006);
  const before = line.sockets.length;
  line.connection.wake();
  assert.equal(line.sockets.length, before + 1);
  line.socket().breaks(1006);
  line.time.pass(250);
  assert.equal(line.sockets.length, before + 2);
});

test('40 s of silence end the line, a heartbeat does not', () => {
  const line = makeLine();
  line.connection.connect();
  line.goLive();
  line.time.pass(30000);
  line.socket().onheartbeat();
  line.time.pass(35000);
  assert.equal(line.connection.state, 'live');
  line.time.pass(11000);
  assert.ok(line.sockets[0].isClosed);
  assert.ok(line.sockets.length > 1);
});

test('an opening that is never welcomed is given up', () => {
  const line = makeLine();
  line.connection.connect();
  line.time.pass(31000);
  assert.ok(line.sockets[0].isClosed);
  assert.equal(line.sockets.length, 2);
});

test('a closed session asks the page, and comes back where it names the same person', () => {
  const line = makeLine();
  line.connection.connect();
  line.goLive();
  line.socket().breaks(4401);
  assert.equal(line.checks, 1);
  line.time.pass(250);
  assert.equal(line.sockets.length, 2);
});

test('a closed session that the page denies asks to log in and stays away', () => {
  const line = makeLine();
  line.session = 'other';
  line.connection.connect();
  line.goLive();
  line.socket().breaks(4401);
  assert.equal(line.connection.state, 'login');
  line.connection.wake();
  line.time.pass(120000);
  assert.equal(line.sockets.length, 1);
});

test('whoever logs in somewhere else goes on by themselves, at once where the page is woken', () => {
  [(line) => line.connection.wake(), (line) => line.time.pass(16000)].forEach((hears) => {
    const line = makeLine();
    line.session = 'other';
    line.connection.connect();
    line.goLive();
    line.socket().breaks(4401);
    line.session = 'same';
    hears(line);
    line.time.pass(250);
    assert.equal(line.sockets.length, 2);
    line.goLive();
    assert.equal(line.connection.state, 'live');
  });
});

test('a login that does not come is asked for ever more seldom', () => {
  const line = makeLine();
  line.session = 'other';
  line.connection.connect();
  line.socket().breaks(4401);
  line.time.pass(3600000);
  assert.ok(line.checks > 10 && line.checks < 20, String(line.checks));
});

test('another person\'s page stays so until the first one is back', () => {
  const line = makeLine();
  line.connection.connect();
  line.socket().hears('welcome', { user_id: '2' });
  line.session = 'other';
  line.connection.wake();
  assert.equal(line.connection.state, 'other');
  line.session = 'same';
  line.connection.wake();
  line.time.pass(250);
  line.goLive();
  assert.equal(line.connection.state, 'live');
});

test('a page that recognises the person and a socket that never does end in the login', () => {
  const line = makeLine();
  line.connection.connect();
  for (let i = 0; i < 6; i += 1) {
    line.socket().breaks(4401);
    line.time.pass(25000);
  }
  assert.ok(line.states.includes('login'));
});

test('4400 stops for good', () => {
  const line = makeLine();
  line.connection.connect();
  line.socket().breaks(4400);
  line.time.pass(120000);
  assert.equal(line.connection.state, 'stopped');
  assert.equal(line.sockets.length, 1);
});

test('4429 waits as long as the last refusal said', () => {
  const line = makeLine();
  line.connection.connect();
  line.goLive();
  line.socket().hears('error', { code: 'rate_limited', message: '', retryable: true, retry_after_ms: 9000 });
  line.socket().breaks(4429);
  line.time.pass(8999);
  assert.equal(line.sockets.length, 1);
  line.time.pass(300);
  assert.equal(line.sockets.length, 2);
});

test('three openings that end in 2000 ask the page why', () => {
  const line = makeLine();
  line.session = 'other';
  line.connection.connect();
  line.socket().breaks(2000);
  line.time.pass(30000);
  line.socket().breaks(1002);
  line.time.pass(30000);
  assert.equal(line.checks, 0);
  line.socket().breaks(2000);
  assert.equal(line.checks, 1);
});

test('a line that welcomes somebody else is left before anything is said on it', () => {
  const line = makeLine();
  let welcomes = 0;
  line.connection.on('welcome', () => { welcomes += 1; });
  line.connection.connect();
  line.socket().hears('welcome', { user_id: '2' });
  assert.equal(line.connection.state, 'other');
  assert.equal(welcomes, 0);
  assert.ok(line.socket().isClosed);
});

test('every command is answered once: by the server, by the break, or by the clock', () => {
  const line = makeLine();
  const answers = [];
  const done = (refusal, answer) => answers.push(refusal ? refusal.code : answer.seq);
  line.connection.connect();
  line.connection.command('send_message', {}, done);
  line.goLive();
  line.connection.command('send_message', {}, done);
  line.socket().answers('send_message', { seq: 5 });
  line.socket().answers('send_message', { seq: 5 });
  line.connection.command('send_message', {}, done);
  line.socket().refuses('send_message', { code: 'read_only' });
  line.connection.command('send_message', {}, done);
  line.time.pass(10000);
  line.connection.command('send_message', {}, done);
  line.socket().breaks(1006);
  line.time.pass(60000);
  assert.deepEqual(answers, ['closed', 5, 'read_only', 'timeout', 'closed']);
});

test('a late word on an abandoned line is not heard', () => {
  const line = makeLine();
  const heard = [];
  line.connection.on('new_message', (data) => heard.push(data.seq));
  line.connection.connect();
  line.goLive();
  const old = line.socket();
  line.connection.drop();
  old.hears('new_message', { seq: 1 });
  old.breaks(1000);
  assert.deepEqual(heard, []);
  assert.equal(line.connection.state, 'waiting');
});

test('what is not JSON, or names no event, changes nothing', () => {
  const line = makeLine();
  line.connection.connect();
  line.goLive();
  ['{', 'null', '[]', '{"event": 5}', '{"event": "hasOwnProperty"}', '{"event": "toString"}'].forEach((text) => {
    line.socket().onmessage({ data: text });
  });
  assert.equal(line.connection.state, 'live');
});

test('a server that is away for long is not taken for the end of the session', () => {
  const line = makeLine();
  line.session = 'unknown';
  line.connection.connect();
  for (let i = 0; i < 40; i += 1) {
    line.socket().breaks(1002);
    line.time.pass(25000);
  }
  assert.equal(line.sockets.length, 41);
  line.goLive();
  assert.equal(line.connection.state, 'live');
});

test('a page brought back from the cache opens a new line at once', () => {
  const line = makeLine();
  line.connection.connect();
  line.goLive();
  line.connection.restart();
  assert.equal(line.sockets.length, 2);
  assert.equal(line.sockets[0].isClosed, true);
  line.goLive();
  assert.equal(line.connection.state, 'live');
});

test('waking asks a line that has been silent, and leaves one that does not answer', () => {
  const line = makeLine();
  line.connection.connect();
  line.goLive();
  line.connection.wake();
  assert.equal(line.socket().said('list_rooms').length, 0);
  line.time.pass(6000);
  line.connection.wake();
  line.socket().answers('list_rooms', { rooms: [], more: false });
  line.time.pass(5001);
  assert.equal(line.sockets.length, 1);
  line.time.pass(1000);
  line.connection.wake();
  assert.equal(line.socket().said('list_rooms').length, 2);
  line.time.pass(5001);
  assert.equal(line.sockets[0].isClosed, true);
  line.time.pass(250);
  assert.equal(line.sockets.length, 2);
});

test('a logout is told once the page has confirmed it, an expired session is not', () => {
  ['logged_out', 'expired'].forEach((reason) => {
    const line = makeLine();
    let strangers = 0;
    line.connection.on('strangers', () => {
      strangers += 1;
    });
    line.session = 'other';
    line.connection.connect();
    line.goLive();
    line.socket().onclose({ code: 4401, reason });
    assert.equal(line.connection.state, 'login');
    assert.equal(strangers, reason === 'logged_out' ? 1 : 0);
  });
});

test('a logout after which the same person is back tells nothing', () => {
  const line = makeLine();
  line.connection.on('strangers', () => assert.fail());
  line.connection.connect();
  line.goLive();
  line.socket().onclose({ code: 4401, reason: 'logged_out' });
  assert.equal(line.connection.state, 'waiting');
});

test('another person on the line is a reason to wipe', () => {
  const line = makeLine();
  let strangers = 0;
  line.connection.on('strangers', () => {
    strangers += 1;
  });
  line.connection.connect();
  line.socket().hears('welcome', { user_id: '2' });
  assert.deepEqual([line.connection.state, strangers], ['other', 1]);
});

'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { makeLine, entry } = require('./fakes');

/* A line with a room joined at `top`, and all that the author was told. */
function makeRooms(top) {
  const line = makeLine(['io_rooms', 'io_sends']);
  const told = [];
  const rooms = new line.prosa.IoRooms({
    connection: line.connection,
    timers: line.time.timers,
    tell: (name, data) => told.push([name, data.seq || [data.after_seq, data.first_seq]])
  });
  line.connection.on('welcome', () => rooms.welcomed());
  line.connection.on('new_message', (data) => rooms.receive('new_message', data));
  line.connection.connect();
  line.goLive();
  rooms.join({ chat_id: 7 }, () => told.push(['joined', top]));
  line.socket().answers('join_chat', answer(top));
  return { line, rooms, told, says: (seq) => line.socket().hears('new_message', entry(seq)) };
}

function answer(top, more) {
  return Object.assign({ chat_id: '7', epoch: 'e', top_seq: top, recovered: false, messages: [] }, more);
}

function breaks(made) {
  made.line.socket().breaks(1006);
  made.line.time.pass(250);
  made.line.goLive();
}

test('after a break the room is joined from the last one told, and what was missed is told in its order', () => {
  const made = makeRooms(3);
  made.says(4);
  breaks(made);
  const asked = made.line.socket().said('join_chat').pop().data;
  assert.deepEqual([asked.chat_id, asked.last_seq, asked.epoch], ['7', 4, 'e']);
  made.line.socket().answers('join_chat', answer(6, { recovered: true, messages: [entry(5), entry(6)] }));
  made.says(7);
  assert.deepEqual(made.told, [
    ['joined', 3], ['new_message', 4], ['new_message', 5], ['new_message', 6], ['new_message', 7]
  ]);
});

test('a hole joins again and tells nothing beyond it, and nothing twice', () => {
  const made = makeRooms(3);
  made.says(5);
  made.says(3);
  assert.deepEqual(made.told, [['joined', 3]]);
  made.line.socket().answers('join_chat', answer(5, { recovered: true, messages: [entry(4), entry(5)] }));
  made.says(5);
  assert.deepEqual(made.told.slice(1), [['new_message', 4], ['new_message', 5]]);
});

test('what could not be recovered is named before what could', () => {
  const made = makeRooms(3);
  breaks(made);
  made.line.socket().answers('join_chat', answer(400, { messages: [entry(399), entry(400)] }));
  assert.deepEqual(made.told.slice(1), [['history_gap', [3, 399]], ['new_message', 399], ['new_message', 400]]);
});

test('a page that lacks edits and deletions is a gap too', () => {
  const made = makeRooms(3);
  breaks(made);
  made.line.socket().answers('join_chat', answer(6, { messages: [entry(2), entry(3), entry(4)] }));
  assert.deepEqual(made.told.slice(1), [['history_gap', [3, 2]], ['new_message', 4]]);
});

test('an edit and a deletion are sent by their names, with a name of their own', () => {
  const { line } = makeRooms(0);
  const sends = new line.prosa.IoSends({ connection: line.connection, timers: line.time.timers, newId: () => 'new' });
  sends.put('edit_message', { chat_id: 7, target: 1, conteudo: 'b' }, () => null);
  line.socket().answers('edit_message', { seq: 2 });
  sends.put('delete_message', { chat_id: 7, target: 1, client_id: 'own' }, () => null);
  assert.deepEqual(line.socket().said('edit_message')[0].data, { chat_id: 7, target: 1, conteudo: 'b', client_id: 'new' });
  assert.deepEqual(line.socket().said('delete_message')[0].data, { chat_id: 7, target: 1, client_id: 'own' });
});

test('a room that was left is told of no more', () => {
  const made = makeRooms(3);
  made.rooms.forget('7');
  made.says(4);
  breaks(made);
  assert.deepEqual(made.told, [['joined', 3]]);
  assert.equal(made.line.socket().said('join_chat').length, 0);
});

test('sends leave in order under one name, through a break and a refusal that passes', () => {
  const { line } = makeRooms(0);
  const done = [];
  let names = 0;
  const sends = new line.prosa.IoSends({
    connection: line.connection,
    timers: line.time.timers,
    newId: () => 'id' + (names += 1)
  });
  line.connection.on('welcome', () => sends.resume());
  ['a', 'b'].forEach((conteudo) => sends.put('send_message', { chat_id: 7, conteudo }, (refusal, ack) => {
    done.push([conteudo, refusal ? refusal.code : ack.seq]);
  }));
  line.socket().refuses('send_message', { code: 'retry', retryable: true, retry_after_ms: 300 });
  line.time.pass(300);
  line.socket().breaks(1006);
  line.time.pass(250);
  line.goLive();
  line.time.pass(2000);
  assert.equal(line.socket().said('send_message').pop().data.client_id, 'id1');
  line.socket().answers('send_message', { seq: 1 });
  line.socket().refuses('send_message', { code: 'read_only', retryable: false });
  assert.deepEqual(done, [['a', 1], ['b', 'read_only']]);
});

'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { makeLine, entry } = require('./fakes');

function makeRoom(topSeq) {
  const line = makeLine(['room']);
  line.shown = [];
  line.room = new line.prosa.Room({
    connection: line.connection, timers: line.time.timers, chatId: '7', epoch: 'e1', topSeq
  });
  line.room.on('entry', (one) => line.shown.push(one.seq));
  line.room.on('recovered', (entries) => entries.forEach((one) => line.shown.push(one.seq)));
  line.room.on('replaced', (entries, isVoid) => line.shown.push([isVoid, Array.from(entries, (one) => one.seq)]));
  line.ack = (topNow, messages, more) => line.socket().answers('join_chat', Object.assign({
    chat_id: '7', epoch: 'e1', top_seq: topNow, recovered: true, messages, online: [], cursors: [],
    room: { chat_id: '7', version: 1 }
  }, more));
  line.connection.connect();
  line.goLive();
  return line;
}

test('it joins from where the page ends', () => {
  const line = makeRoom(5);
  assert.deepEqual(line.socket().said('join_chat')[0].data, { chat_id: '7', last_seq: 5, epoch: 'e1' });
});

test('what was missed comes first, then what follows without a hole', () => {
  const line = makeRoom(5);
  line.ack(7, [entry(6), entry(7)]);
  line.socket().hears('new_message', entry(8));
  assert.deepEqual(line.shown, [6, 7, 8]);
});

test('a hole joins again from the last entry kept, and shows nothing beyond it', () => {
  const line = makeRoom(5);
  line.ack(5, []);
  line.socket().hears('new_message', entry(7));
  assert.deepEqual(line.shown, []);
  assert.equal(line.socket().said('join_chat').length, 2);
  assert.equal(line.socket().said('join_chat')[1].data.last_seq, 5);
  line.ack(7, [entry(6), entry(7)]);
  assert.deepEqual(line.shown, [6, 7]);
});

test('an entry twice is shown once', () => {
  const line = makeRoom(5);
  line.ack(5, []);
  line.socket().hears('new_message', entry(6));
  line.socket().hears('new_message', entry(6));
  assert.deepEqual(line.shown, [6]);
  assert.equal(line.socket().said('join_chat').length, 1);
});

test('after a break it joins from the last entry that it heard', () => {
  const line = makeRoom(5);
  line.ack(5, []);
  line.socket().hears('new_message', entry(6));
  line.socket().breaks(1006);
  line.time.pass(300);
  line.goLive();
  assert.equal(line.socket().said('join_chat')[0].data.last_seq, 6);
});

test('a page that touches what is kept is merged, one beyond it replaces', () => {
  const line = makeRoom(5);
  line.ack(7, [entry(3), entry(6), entry(7)], { recovered: false });
  line.connection.drop();
  line.time.pass(600);
  line.goLive();
  line.ack(90, [entry(89), entry(90)], { recovered: false });
  assert.deepEqual(line.shown, [[false, [3, 6, 7]], [true, [89, 90]]]);
});

test('a page that holds less than was missed voids what is shown: something of it was edited or deleted', () => {
  const line = makeRoom(5);
  line.ack(7, [entry(3), entry(7)], { recovered: false });
  line.connection.drop();
  line.time.pass(600);
  line.goLive();
  line.ack(8, [entry(3), entry(7)], { recovered: false });
  line.connection.drop();
  line.time.pass(600);
  line.goLive();
  line.ack(8, [entry(3), entry(7)], { recovered: false });
  assert.deepEqual(line.shown, [[true, [3, 7]], [true, [3, 7]], [false, [3, 7]]]);
});

test('a change is sent by its own name, with its target', () => {
  const line = makeRoom(5);
  line.ack(5, []);
  line.room.send({ kind: 'edit', target: 3, conteudo: 'b', client_id: 'c1' }, () => null);
  line.room.send({ kind: 'delete', target: 4, conteudo: '', client_id: 'c2' }, () => null);
  line.room.send({ conteudo: 'a', client_id: 'c3' }, () => null);
  assert.deepEqual(line.socket().said('edit_message')[0].data, { chat_id: '7', target: 3, conteudo: 'b', client_id: 'c1' });
  assert.equal(line.socket().said('delete_message')[0].data.target, 4);
  assert.deepEqual(line.socket().said('send_message')[0].data, { chat_id: '7', conteudo: 'a', client_id: 'c3' });
});

test('another epoch, or a log that is shorter than the page, voids everything shown', () => {
  const line = makeRoom(5);
  line.ack(5, [entry(5)], { recovered: false, epoch: 'e2' });
  line.connection.drop();
  line.time.pass(600);
  line.goLive();
  line.ack(2, [entry(1), entry(2)], { recovered: false, epoch: 'e2' });
  assert.deepEqual(line.shown, [[true, [5]], [true, [1, 2]]]);
});

test('a room that is not ours ends; a join that is refused for now is tried again', () => {
  const line = makeRoom(0);
  const ends = [];
  line.room.on('gone', (reason) => ends.push(reason));
  line.socket().refuses('join_chat', { code: 'rate_limited', retryable: true, retry_after_ms: 700 });
  line.time.pass(700);
  assert.equal(line.socket().said('join_chat').length, 2);
  line.socket().refuses('join_chat', { code: 'not_found', retryable: false });
  assert.deepEqual(ends, ['not_found']);
});

test('an older description of the room does not undo a newer one', () => {
  const line = makeRoom(0);
  const versions = [];
  line.room.on('room', (room) => versions.push(room.version));
  line.ack(0, []);
  line.socket().hears('room_updated', { room: { chat_id: '7', version: 4 } });
  line.socket().hears('room_updated', { room: { chat_id: '7', version: 3 } });
  line.socket().hears('room_updated', { room: { chat_id: '8', version: 9 } });
  assert.deepEqual(versions, [1, 4]);
});

test('entries of the log that are no messages keep the order whole', () => {
  const line = makeRoom(5);
  line.ack(5, []);
  line.socket().hears('message_edited', entry(6, { kind: 'edit', target: 2 }));
  line.socket().hears('new_message', entry(7));
  assert.deepEqual(line.shown, [6, 7]);
});

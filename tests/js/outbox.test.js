'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeTime } = require('./fakes');

function makeOutbox() {
  const prosa = load(['emitter', 'outbox']);
  const time = new FakeTime();
  const made = { time, tried: [], sent: [], returned: [] };
  made.outbox = new prosa.Outbox((message, done) => {
    made.tried.push(message.client_id);
    made.answer = done;
  }, time.timers);
  made.outbox.on('sent', (message) => made.sent.push(message.client_id));
  made.outbox.on('returned', (messages, refusal) => made.returned.push([refusal.code, Array.from(messages, (m) => m.client_id)]));
  made.put = (id) => made.outbox.put({ client_id: id, conteudo: id });
  return made;
}

test('messages wait for the line, then leave in order, one in flight', () => {
  const made = makeOutbox();
  made.put('a');
  made.put('b');
  assert.deepEqual(made.tried, []);
  made.outbox.resume();
  assert.deepEqual(made.tried, ['a']);
  made.answer(null, {});
  assert.deepEqual(made.tried, ['a', 'b']);
  made.answer(null, {});
  assert.deepEqual(made.sent, ['a', 'b']);
});

test('an unknown outcome is tried again under the same id, before anything said later', () => {
  const made = makeOutbox();
  made.outbox.resume();
  made.put('a');
  made.put('b');
  made.answer({ code: 'retry', retryable: true, retry_after_ms: 400 });
  assert.deepEqual(made.tried, ['a']);
  made.time.pass(400);
  assert.deepEqual(made.tried, ['a', 'a']);
  made.answer(null, { duplicate: true });
  assert.deepEqual(made.tried, ['a', 'a', 'b']);
});

test('a break in mid-flight sends again after the next join, once', () => {
  const made = makeOutbox();
  made.outbox.resume();
  made.put('a');
  made.answer({ code: 'closed', retryable: true });
  made.outbox.pause();
  made.time.pass(60000);
  assert.deepEqual(made.tried, ['a']);
  made.outbox.resume();
  assert.deepEqual(made.tried, ['a', 'a']);
});

test('what is refused for itself comes back alone, and the next one leaves', () => {
  const made = makeOutbox();
  made.outbox.resume();
  made.put('a');
  made.put('b');
  made.answer({ code: 'too_long', retryable: false });
  assert.deepEqual(made.returned, [['too_long', ['a']]]);
  assert.deepEqual(made.tried, ['a', 'b']);
});

test('a room closed for writing gives everything back in order', () => {
  const made = makeOutbox();
  made.outbox.resume();
  made.put('a');
  made.put('b');
  made.put('c');
  made.answer({ code: 'read_only', retryable: false });
  assert.deepEqual(made.returned, [['read_only', ['a', 'b', 'c']]]);
  assert.deepEqual(made.tried, ['a']);
});

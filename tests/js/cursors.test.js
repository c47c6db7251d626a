'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeTime } = require('./fakes');

function makeCursors() {
  const prosa = load(['emitter', 'cursors']);
  const made = { time: new FakeTime(), said: [], seen: Infinity };
  made.cursors = new prosa.Cursors({
    connection: { say: (event, data) => made.said.push([event, data.seq]) },
    timers: made.time.timers,
    chatId: '7',
    userId: '1',
    seenSeq: () => made.seen
  });
  return made;
}

test('what is kept unseen is delivered, and read only once it is seen', () => {
  const made = makeCursors();
  made.seen = 0;
  made.cursors.keep(4);
  made.time.pass(300);
  assert.deepEqual(made.said, [['mark_delivered', 4]]);
  made.seen = Infinity;
  made.cursors.mark();
  made.time.pass(300);
  assert.deepEqual(made.said, [['mark_delivered', 4], ['mark_read', 4]]);
});

test('a burst is told once, and nothing twice', () => {
  const made = makeCursors();
  [1, 2, 3].forEach((seq) => made.cursors.keep(seq));
  made.time.pass(300);
  made.cursors.mark();
  made.time.pass(300);
  assert.deepEqual(made.said, [['mark_read', 3]]);
});

test('what the server knows already is not told again', () => {
  const made = makeCursors();
  made.cursors.hear({ user_id: '1', delivered_seq: 9, read_seq: 9 });
  made.cursors.keep(9);
  made.time.pass(300);
  assert.deepEqual(made.said, []);
});

test('a message counts as read only when every other person has read it', () => {
  const made = makeCursors();
  assert.equal(made.cursors.stateOf(1), 'sent');
  made.cursors.hear({ user_id: '2', delivered_seq: 5, read_seq: 3 });
  made.cursors.hear({ user_id: '3', delivered_seq: 4, read_seq: 0 });
  assert.equal(made.cursors.stateOf(3), 'delivered');
  assert.equal(made.cursors.stateOf(5), 'sent');
  made.cursors.hear({ user_id: '3', delivered_seq: 4, read_seq: 3 });
  assert.equal(made.cursors.stateOf(3), 'read');
});

test('cursors never go back', () => {
  const made = makeCursors();
  made.cursors.hear({ user_id: '2', delivered_seq: 5, read_seq: 5 });
  made.cursors.hear({ user_id: '2', delivered_seq: 1, read_seq: 1 });
  assert.equal(made.cursors.stateOf(5), 'read');
});

test('whoever shows the ticks hears of every move of another person', () => {
  const made = makeCursors();
  let moves = 0;
  made.cursors.on('moved', () => { moves += 1; });
  made.cursors.hear({ user_id: '2', delivered_seq: 5, read_seq: 5 });
  made.cursors.hear({ user_id: '1', delivered_seq: 5, read_seq: 5 });
  assert.equal(moves, 1);
  assert.deepEqual(made.said, []);
});

test('one who reads further up has read only what is in sight', () => {
  const made = makeCursors();
  made.seen = 2;
  made.cursors.keep(4);
  made.time.pass(300);
  assert.deepEqual(made.said, [['mark_read', 2], ['mark_delivered', 4]]);
  made.seen = 3;
  made.cursors.mark();
  made.time.pass(300);
  assert.deepEqual(made.said.slice(2), [['mark_read', 3]]);
});

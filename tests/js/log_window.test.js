'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeTime } = require('./fakes');

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/* A page that shows the places first to last of a log, and the log's own top. */
function makeWindow(first, last, top) {
  const prosa = load(['emitter', 'hide', 'log_window'], { document: { activeElement: null } });
  const time = new FakeTime();
  const made = { time, seqs: range(first, last), asked: [], sent: [], room: { lastSeq: top }, atEnd: 0 };
  const place = (entries) => {
    const all = new Set(made.seqs.concat(entries.map((entry) => entry.seq)));
    made.seqs = [...all].sort((a, b) => a - b);
  };
  made.room.history = (where, done) => made.asked.push({ where: { ...where }, done });
  made.older = { hidden: first === 1, contains: () => false };
  made.list = {
    firstSeq: () => made.seqs[0],
    lastSeq: () => made.seqs[made.seqs.length - 1],
    items: () => made.seqs.slice(),
    drop: (items) => {
      made.seqs = made.seqs.filter((seq) => !items.includes(seq));
      return items.length > 0;
    },
    extend: (entries, change) => { place(entries); change(); },
    place,
    placeSent: (entry) => made.sent.push(entry.seq),
    empty: () => { made.seqs = []; },
    element: () => null
  };
  made.scroll = { toBottom: () => { made.atEnd += 1; }, above: () => 1e6, below: () => 1e6 };
  made.window = new prosa.LogWindow({
    list: made.list, room: made.room, scroll: made.scroll, older: made.older, userId: '1',
    timers: time.timers, hasNewer: last < top
  });
  made.answer = (firstSeq, lastSeq, page) => {
    const messages = range(firstSeq, lastSeq).map((seq) => ({ seq }));
    made.asked.pop().done(null, Object.assign({ messages, more: firstSeq > 1, newer: lastSeq < top, top_seq: top }, page));
  };
  return made;
}

function says(seq, author) {
  return { seq, remetente_id: author || '2' };
}

test('what is said beyond a page that is apart is counted and not shown; changes of it are', () => {
  const made = makeWindow(11, 60, 200);
  const edit = { seq: 202, target: 20, remetente_id: '2' };
  assert.deepEqual(made.window.admit([says(201), edit, says(203, '1'), says(60)]), [edit, says(60)]);
  assert.equal(made.window.missed, 1);
  made.window.placeSent(says(203, '1'));
  assert.deepEqual(made.sent, []);
});

test('at the end everything is shown', () => {
  const made = makeWindow(151, 200, 200);
  assert.deepEqual(made.window.admit([says(201)]), [says(201)]);
  made.window.placeSent(says(202, '1'));
  assert.deepEqual(made.sent, [202]);
});

test('it grows upwards a page at a time, and lets go of the end', () => {
  const made = makeWindow(951, 1000, 1000);
  for (let first = 901; first >= 651; first -= 50) {
    made.window.goUp();
    made.window.goUp();
    assert.equal(made.asked.length, 1);
    assert.deepEqual(made.asked[0].where, { before_seq: first + 50 });
    made.answer(first, first + 49);
  }
  assert.deepEqual(made.seqs, range(651, 950));
  assert.equal(made.window.isApart, true);
  assert.equal(made.older.hidden, false);
});

test('what was refused is said, and not asked for again by scrolling before its time', () => {
  const made = makeWindow(951, 1000, 1000);
  const told = [];
  made.scroll.above = () => 0;
  made.window.on('asking', (isAsking, refusal) => told.push([isAsking, refusal && refusal.code]));
  made.window.scrolled();
  made.asked.pop().done({ code: 'rate_limited', retryable: true, retry_after_ms: 5000 });
  assert.deepEqual(told, [[true, undefined], [false, 'rate_limited']]);
  made.time.pass(4999);
  made.window.scrolled();
  assert.equal(made.asked.length, 0);
  made.time.pass(1);
  made.window.scrolled();
  assert.equal(made.asked.length, 1);
});

test('a jump that is refused is told, and a page that has been drawn anew has nothing refused', () => {
  const made = makeWindow(951, 1000, 1000);
  const told = [];
  made.window.goTo(40, (refusal) => told.push(refusal.code));
  made.asked.pop().done({ code: 'closed' });
  assert.deepEqual([told, made.window.refusal.code], [['closed'], 'closed']);
  made.window.on('asking', (isAsking) => told.push(isAsking));
  made.window.goUp();
  made.window.reset();
  assert.deepEqual([told, made.window.refusal], [['closed', true, false], null]);
});

test('it comes down again without a hole, also where somebody speaks meanwhile', () => {
  const made = makeWindow(601, 900, 1000);
  made.window.goDown();
  assert.deepEqual(made.asked[0].where, { after_seq: 900 });
  made.answer(901, 950, { newer: true });
  assert.deepEqual(made.seqs, range(651, 950));
  made.window.goDown();
  made.room.lastSeq = 1001;
  assert.deepEqual(made.window.admit([says(1001)]), []);
  made.answer(951, 1000);
  assert.equal(made.window.isApart, true);
  made.window.goDown();
  assert.deepEqual(made.asked[0].where, { after_seq: 1000 });
  made.answer(1001, 1001, { top_seq: 1001 });
  assert.equal(made.window.isApart, false);
  assert.deepEqual(made.window.admit([says(1002)]), [says(1002)]);
});

test('the way to the end leads to the newest page alone', () => {
  const made = makeWindow(11, 60, 200);
  made.window.goToEnd();
  assert.deepEqual(made.asked[0].where, {});
  made.answer(151, 200);
  assert.deepEqual([made.seqs, made.window.isApart, made.atEnd], [range(151, 200), false, 1]);
  made.window.goToEnd();
  assert.deepEqual([made.asked.length, made.atEnd], [0, 2]);
});

test('a jump shows what stands around the place, and an answer it has overtaken is for nobody', () => {
  const made = makeWindow(151, 200, 200);
  made.window.goUp();
  const late = made.asked.pop();
  made.window.goTo(40);
  assert.deepEqual(made.asked[0].where, { around: 40 });
  made.answer(15, 64);
  late.done(null, { messages: [says(150)], more: true, newer: true, top_seq: 200 });
  assert.deepEqual([made.seqs, made.window.isApart], [range(15, 64), true]);
});

test('who reads further up while much is said has the end let go of', () => {
  const made = makeWindow(1, 400, 400);
  made.window.lighten();
  assert.equal(made.window.isApart, false);
  made.seqs.push(401);
  made.window.lighten();
  assert.deepEqual([made.seqs.length, made.window.isApart], [400, true]);
});

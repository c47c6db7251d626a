'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeTime, FakeStorage } = require('./fakes');

const prosa = load(['storage', 'chime']);

function makeTabs(count) {
  const kept = new FakeStorage();
  const time = new FakeTime();
  const made = { kept, time, plays: 0 };
  made.tabs = Array.from({ length: count }, (_, n) => new prosa.Chime({
    storage: new prosa.Storage(() => kept),
    timers: time.timers,
    clock: time.clock,
    tab: 'tab' + n,
    play: () => {
      made.plays += 1;
    }
  }));
  return made;
}

test('a message rings once, however many tabs hear of it and however late', () => {
  const made = makeTabs(3);
  made.tabs[0].ring('7', 1);
  made.tabs[1].ring('7', 1);
  made.time.pass(250);
  made.tabs[2].ring('7', 1);
  made.time.pass(250);
  assert.equal(made.plays, 1);
});

test('tabs that wrote before they saw each other settle on the last one', () => {
  const made = makeTabs(2);
  const slow = { get: () => null, set: made.tabs[0].parts.storage.set.bind(made.tabs[0].parts.storage) };
  made.tabs[0].ring('7', 1);
  const storage = made.tabs[1].parts.storage;
  made.tabs[1].parts.storage = slow;
  made.tabs[1].ring('7', 1);
  made.tabs[1].parts.storage = storage;
  made.time.pass(250);
  assert.equal(made.plays, 1);
});

test('each message rings, in each room', () => {
  const made = makeTabs(1);
  made.tabs[0].ring('7', 1);
  made.time.pass(250);
  made.tabs[0].ring('7', 2);
  made.tabs[0].ring('8', 1);
  made.time.pass(250);
  assert.equal(made.plays, 3);
});

test('what is heard again after a break does not ring again', () => {
  const made = makeTabs(1);
  made.tabs[0].ring('7', 2);
  made.time.pass(90000);
  made.tabs[0].ring('7', 2);
  made.time.pass(250);
  assert.equal(made.plays, 1);
});

test('mute holds for every tab and the next page', () => {
  const made = makeTabs(2);
  made.tabs[0].mute(true);
  made.tabs[1].ring('7', 1);
  made.time.pass(250);
  assert.equal(made.plays, 0);
  assert.equal(made.tabs[1].isMuted(), true);
  made.tabs[1].mute(false);
  made.tabs[0].ring('7', 2);
  made.time.pass(250);
  assert.equal(made.plays, 1);
});

test('where nothing can be kept every tab rings for itself', () => {
  const made = makeTabs(1);
  made.kept.isFull = true;
  made.tabs[0].ring('7', 1);
  made.time.pass(250);
  assert.equal(made.plays, 1);
});

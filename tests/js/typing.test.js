'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeTime } = require('./fakes');

function makeTyping() {
  const time = new FakeTime();
  const said = [];
  const typing = new (load(['typing']).Typing)((event) => said.push(event), time.timers, time.clock);
  return { time, said, typing };
}

test('keys are told at most every 3 s', () => {
  const { time, said, typing } = makeTyping();
  for (let i = 0; i < 7; i += 1) {
    typing.pressed();
    time.pass(500);
  }
  assert.deepEqual(said, ['typing_start', 'typing_start']);
});

test('5 s without a key, or leaving the field, stop it once', () => {
  const { time, said, typing } = makeTyping();
  typing.pressed();
  time.pass(5000);
  typing.stop();
  assert.deepEqual(said, ['typing_start', 'typing_stop']);
});

test('nothing is told after a send: the server knows', () => {
  const { time, said, typing } = makeTyping();
  typing.pressed();
  typing.forget();
  time.pass(10000);
  assert.deepEqual(said, ['typing_start']);
});

test('the line names who writes, and forgets them after 8 s without renewal', () => {
  const time = new FakeTime();
  const element = { textContent: '', className: '' };
  const line = new (load(['texts', 'typing_line']).TypingLine)(element, time.timers);
  line.hear({ user_id: '2', user: 'Reforma', is_typing: true });
  assert.equal(element.textContent, 'Reforma está digitando');
  time.pass(5000);
  line.hear({ user_id: '2', user: 'Reforma', is_typing: true });
  time.pass(7000);
  assert.equal(element.textContent, 'Reforma está digitando');
  time.pass(1000);
  assert.equal(element.textContent, '');
});

test('a stop ends it at once, for that person only', () => {
  const time = new FakeTime();
  const element = { textContent: '', className: '' };
  const line = new (load(['texts', 'typing_line']).TypingLine)(element, time.timers);
  line.hear({ user_id: '2', user: 'Ana', is_typing: true });
  line.hear({ user_id: '3', user: 'Bia', is_typing: true });
  assert.equal(element.textContent, 'Ana e Bia estão digitando');
  line.hear({ user_id: '2', user: 'Ana', is_typing: false });
  assert.equal(element.textContent, 'Bia está digitando');
});

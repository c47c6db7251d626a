'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeStorage } = require('./fakes');

const prosa = load(['storage', 'enter_key']);
const PRESSES = { enter: {}, shift: { shiftKey: true }, ctrl: { ctrlKey: true }, command: { metaKey: true }, alt: { altKey: true } };
const OPTIONS = ['enter', 'shift', 'ctrl'];

class Select {
  constructor() {
    this.parentNode = {};
    this.selectedIndex = 0;
    this.heard = {};
  }

  get value() {
    return OPTIONS[this.selectedIndex];
  }

  set value(value) {
    this.selectedIndex = OPTIONS.indexOf(value);
  }

  addEventListener(name, listener) {
    this.heard[name] = listener;
  }

  choose(value) {
    this.value = value;
    this.heard.change();
  }
}

function makeKey(browser, isTouch) {
  const select = new Select();
  const key = new prosa.EnterKey(select, new prosa.Storage(() => browser), isTouch);
  const sends = () => Object.keys(PRESSES).filter((name) => key.sends({ keyCode: 13, ...PRESSES[name] }));
  return { select, key, sends };
}

test('each way sends by its own press, and Ctrl+Enter by all', () => {
  const { select, key, sends } = makeKey(new FakeStorage(), false);
  assert.deepEqual(sends(), ['enter', 'ctrl', 'command']);
  select.choose('shift');
  assert.deepEqual(sends(), ['shift', 'ctrl', 'command']);
  select.choose('ctrl');
  assert.deepEqual(sends(), ['ctrl', 'command']);
  assert.equal(key.sends({ keyCode: 65 }), false);
  assert.equal(key.sends({ keyCode: 13, ctrlKey: true, isComposing: true }), false);
});

test('the way is remembered, and every open tab keeps to it', () => {
  const browser = new FakeStorage();
  const one = makeKey(browser, false);
  const other = makeKey(browser, false);
  one.select.choose('ctrl');
  assert.deepEqual(other.sends(), ['ctrl', 'command']);
  assert.equal(makeKey(browser, false).select.value, 'ctrl');
});

test('what is remembered and no way is as if there were nothing', () => {
  const browser = new FakeStorage();
  browser.setItem('prosa:enter', '"f5"');
  assert.equal(makeKey(browser, false).select.value, 'enter');
});

test('on a screen keyboard Enter is a new line, and nothing is to be chosen', () => {
  const { select, sends } = makeKey(new FakeStorage(), true);
  assert.deepEqual(sends(), ['ctrl', 'command']);
  assert.equal(select.parentNode.hidden, true);
});

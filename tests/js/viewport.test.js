'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');

function make(view) {
  const page = { style: { height: '' } };
  const scrolled = [];
  load(['viewport']).fitAboveKeyboard({
    view, page, windowHeight: () => 640, scrollToTop: () => scrolled.push(true)
  });
  return { page, scrolled };
}

function viewport() {
  const listeners = [];
  return {
    height: 640,
    scale: 1,
    addEventListener: (name, listener) => listeners.push(listener),
    become(height, scale = 1) {
      this.height = height;
      this.scale = scale;
      listeners.forEach((listener) => listener());
    }
  };
}

test('the page is as high as what a keyboard leaves, and as the window once it is gone', () => {
  const view = viewport();
  const { page, scrolled } = make(view);
  view.become(340.5);
  assert.equal(page.style.height, '340px');
  assert.equal(scrolled.length, 1);
  view.become(640);
  assert.equal(page.style.height, '');
});

test('a bar that comes and goes is no keyboard, and whoever zooms in keeps the page', () => {
  const view = viewport();
  const { page } = make(view);
  view.become(580);
  assert.equal(page.style.height, '');
  view.become(320, 2);
  assert.equal(page.style.height, '');
});

test('a browser that cannot tell is left alone', () => {
  assert.equal(make(undefined).page.style.height, '');
});

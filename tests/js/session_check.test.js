'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');

function ask(status, responseText) {
  const request = { open() {}, send() {}, readyState: 4, status, responseText };
  let told = null;
  new (load(['session_check']).SessionCheck)(() => request, '/chat/1/websocket/', '1').ask((answer) => { told = answer; });
  request.onreadystatechange();
  return told;
}

const page = (json) => '<main></main><script type="application/json" id="page-data">' + json + '</script>';

test('a page for the same person is the same', () => {
  assert.equal(ask(200, page('{"user_id": "1", "user": "\\u003cAna\\u003e"}')), 'same');
});

test('a page for another person, or the login, is another', () => {
  assert.equal(ask(200, page('{"user_id": "2"}')), 'other');
  assert.equal(ask(200, '<form>Entrar</form>'), 'other');
  assert.equal(ask(200, page('{broken')), 'other');
});

test('a server that is away says nothing about the person', () => {
  assert.equal(ask(0, ''), 'unknown');
  assert.equal(ask(503, ''), 'unknown');
  assert.equal(ask(429, ''), 'unknown');
  assert.equal(ask(404, ''), 'unknown');
});

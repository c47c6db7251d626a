'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { load, FakeTime } = require('./fakes');

class Element {
  constructor() {
    this.heard = {};
    this.attributes = {};
    this.hidden = false;
    this.textContent = '';
    this.value = '';
    this.focused = 0;
  }

  addEventListener(name, listener) {
    this.heard[name] = listener;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  getAttribute(name) {
    return this.attributes[name];
  }

  focus() {
    this.focused += 1;
  }

  does(name, extra) {
    const event = Object.assign({ target: this, prevented: false, preventDefault() { this.prevented = true; } }, extra);
    this.heard[name](event);
    return event;
  }
}

function makeSearch() {
  const prosa = load(['emitter', 'search']);
  prosa.text = (text) => text;
  prosa.texts = (one, many, count) => (count === 1 ? one : many).replace('%(num)s', count);
  const time = new FakeTime();
  const made = { time, asked: [], shown: [] };
  ['opener', 'panel', 'form', 'field', 'close', 'state', 'more'].forEach((name) => {
    made[name] = new Element();
  });
  made.panel.hidden = true;
  made.search = new prosa.Search(Object.assign({}, made, {
    timers: time.timers,
    results: {
      clear: () => { made.shown = []; },
      count: () => made.shown.length,
      add: (rows) => { made.shown = made.shown.concat(rows); return null; }
    },
    ask: (data, done) => made.asked.push({ data: { ...data }, done })
  }));
  made.types = (text) => {
    made.field.value = text;
    made.field.does('input');
    time.pass(300);
  };
  made.answer = (number, results, next, whole) =>
    made.asked[number].done(null, { results, next: next || null, whole: whole !== false });
  return made;
}

test('the button opens the field, and Escape closes it and gives the keyboard back', () => {
  const made = makeSearch();
  assert.equal(made.opener.does('click').prevented, true);
  assert.deepEqual([made.panel.hidden, made.field.focused], [false, 1]);
  assert.equal(made.opener.attributes['aria-expanded'], 'true');
  made.panel.does('keydown', { keyCode: 27 });
  assert.deepEqual([made.panel.hidden, made.opener.focused], [true, 1]);
  assert.equal(made.opener.attributes['aria-expanded'], 'false');
});

test('it asks once a pause after the last key, and not for the same again', () => {
  const made = makeSearch();
  made.field.value = 'a';
  made.field.does('input');
  made.time.pass(200);
  made.types('azul');
  assert.deepEqual(made.asked.map((one) => one.data), [{ q: 'azul' }]);
  assert.equal(made.form.does('submit').prevented, true);
  assert.equal(made.asked.length, 1);
});

test('an answer that a later question has overtaken is for nobody', () => {
  const made = makeSearch();
  made.types('azul');
  made.types('azulejo');
  made.answer(1, ['new']);
  made.answer(0, ['old', 'old']);
  assert.deepEqual(made.shown, ['new']);
  assert.equal(made.state.textContent, '1 mensagem encontrada.');
  made.types('   ');
  assert.deepEqual([made.shown, made.state.textContent], [[], '']);
});

test('what is older is asked for from where the page ended, and comes below', () => {
  const made = makeSearch();
  made.types('azul');
  made.answer(0, ['a', 'b'], 'here');
  assert.deepEqual([made.more.hidden, made.state.textContent], [false, 'As 2 mensagens mais recentes.']);
  made.more.does('click');
  assert.deepEqual(made.asked[1].data, { q: 'azul', before: 'here' });
  made.answer(1, ['c']);
  assert.deepEqual([made.shown, made.more.hidden], [['a', 'b', 'c'], true]);
  assert.equal(made.state.textContent, '3 mensagens encontradas.');
});

test('it says that nothing was found, and that not everything has been looked at', () => {
  const made = makeSearch();
  made.types('nada');
  assert.equal(made.state.textContent, 'Buscando…');
  made.answer(0, [], null, false);
  assert.match(made.state.textContent, /^Nenhuma mensagem encontrada.*preparadas/);
});

test('a refusal is said, and asked again where that can help', () => {
  const made = makeSearch();
  made.types('azul');
  made.asked[0].done({ code: 'rate_limited', retryable: true, retry_after_ms: 700, message: 'Aguarde.' }, null);
  assert.equal(made.state.textContent, 'Aguarde.');
  made.time.pass(700);
  made.asked[1].done({ code: 'closed', retryable: true }, null);
  assert.match(made.state.textContent, /^Sem conexão/);
  made.time.pass(2000);
  made.asked[2].done({ code: 'not_found', retryable: false, message: 'Não é sua.' }, null);
  made.time.pass(60000);
  assert.equal(made.asked.length, 3);
});

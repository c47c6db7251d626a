'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');
const languages = require('./spoken');

/* The button's words, or null where it is hidden, in a page that is so. */
function words(page) {
  const text = JSON.stringify(Object.assign({}, languages['pt-BR'], { texts: {} }));
  const document = { activeElement: null, getElementById: () => ({ textContent: text }) };
  const prosa = load(['hide', 'down'], { document });
  const parts = {
    button: { hidden: false, contains: () => false },
    words: { textContent: '' },
    scroll: { isAtBottom: () => page.isAtBottom, isFarUp: () => page.isFarUp },
    list: { countAfter: () => page.unread },
    window: { isApart: page.isApart, missed: page.missed, refusal: page.refusal || null },
    readSeq: () => 0
  };
  new prosa.Down(parts).show();
  return parts.button.hidden ? null : parts.words.textContent;
}

test('it says what waits below, and is there only where one is away from it', () => {
  assert.equal(words({ isAtBottom: true, unread: 3 }), null);
  assert.equal(words({ unread: 1 }), '1 mensagem nova');
  assert.equal(words({ isFarUp: true, unread: 0 }), 'Ir para o fim');
  assert.equal(words({ isApart: true, missed: 0, isAtBottom: true }), 'Ir para as mais recentes');
  assert.equal(words({ isApart: true, missed: 2, isAtBottom: true }), '2 mensagens novas');
});

test('it says that a step down was refused', () => {
  assert.equal(words({ isApart: true, missed: 2, refusal: { code: 'rate_limited' } }), 'Falha ao carregar. Tentar de novo');
});

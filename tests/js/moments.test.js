'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load } = require('./fakes');
const languages = require('./spoken');

/* Moments in a page of `code`, at a time: {moments, prosa}. */
function at(iso, code, zone) {
  const language = Object.assign({}, languages[code || 'pt-BR'], zone ? { zone } : {});
  const document = { getElementById: (id) => (id === 'language' ? { textContent: JSON.stringify(language) } : null) };
  return new (load(['moments'], { document }).Moments)(() => Date.parse(iso));
}

test('today and yesterday are those of the service, not of the browser', () => {
  const moments = at('2026-11-24T02:30:00Z');
  assert.equal(moments.dayName('23/11/2026'), 'Hoje');
  assert.equal(moments.dayName('22/11/2026'), 'Ontem');
  assert.equal(moments.dayName('21/11/2026'), 'sábado, 21 de novembro');
  assert.equal(moments.dayName('21/11/2025'), 'sexta-feira, 21 de novembro de 2025');
});

test('the same in English', () => {
  const moments = at('2026-11-24T02:30:00Z', 'en');
  assert.equal(moments.dayName('23/11/2026'), 'Today');
  assert.equal(moments.dayName('22/11/2026'), 'Yesterday');
  assert.equal(moments.dayName('21/11/2026'), 'Saturday, November 21');
  assert.equal(moments.dayName('21/11/2025'), 'Friday, November 21, 2025');
  assert.equal(moments.hourOf('21/11/2026 00:05'), '12:05 AM');
  assert.equal(moments.hourOf('21/11/2026 12:00'), '12:00 PM');
  assert.equal(moments.full('21/11/2026 20:05'), '11/21/2026 at 8:05 PM');
});

test('the hour stands for today, the day for the rest', () => {
  const moments = at('2026-11-23T23:30:00Z');
  assert.equal(moments.brief('23/11/2026 20:05'), '20:05');
  assert.equal(moments.brief('22/11/2026 20:05'), 'Ontem');
  assert.equal(moments.brief('01/01/2026 20:05'), '01/01/2026');
});

test('how long ago is said in minutes, then hours, then by the day', () => {
  const ago = (when, code) => {
    const moments = at('2026-11-23T23:30:00Z', code);
    return moments.ago(Date.parse(when));
  };
  assert.equal(ago('2026-11-23T23:29:30Z'), 'agora');
  assert.equal(ago('2026-11-23T23:29:00Z'), 'há 1 minuto');
  assert.equal(ago('2026-11-23T23:25:00Z'), 'há 5 minutos');
  assert.equal(ago('2026-11-23T21:25:00Z'), 'há 2 horas');
  assert.equal(ago('2026-11-22T21:25:00Z'), 'ontem às 18:25');
  assert.equal(ago('2026-11-21T21:25:00Z'), '21/11/2026 às 18:25');
  assert.equal(ago('2026-11-23T23:25:00Z', 'en'), '5 minutes ago');
  assert.equal(ago('2026-11-21T21:25:00Z', 'en'), '11/21/2026 at 6:25 PM');
});

test('when somebody was here is said by the hour, with the day where it was not today', () => {
  const moments = at('2026-11-23T23:30:00Z');
  assert.equal(moments.lastSeen(Date.parse('2026-11-23T17:05:00Z')), 'visto por último às 14:05');
  assert.equal(moments.lastSeen(Date.parse('2026-11-22T17:05:00Z')), 'visto por último ontem às 14:05');
  assert.equal(moments.lastSeen(Date.parse('2026-11-20T17:05:00Z')), 'visto por último em 20/11/2026 às 14:05');
  assert.equal(at('2026-11-23T23:30:00Z', 'en').lastSeen(Date.parse('2026-11-22T17:05:00Z')), 'last seen yesterday at 2:05 PM');
});

test('a zone that changes its clocks is followed at the minute it does', () => {
  const change = Date.parse('2026-10-25T01:00:00Z');
  const moments = at('2026-11-01T00:00:00Z', 'pt-BR', [[0, 60], [change, 0]]);
  assert.equal(moments.hour(change - 60000), '01:59');
  assert.equal(moments.hour(change), '01:00');
});

test('a page that tells nothing of the language shows the date in figures', () => {
  const moments = new (load(['moments']).Moments)(() => Date.parse('2026-11-23T12:00:00Z'));
  assert.equal(moments.dayName('20/11/2026'), '20/11/2026');
  assert.equal(moments.hourOf('20/11/2026 09:30'), '09:30');
});

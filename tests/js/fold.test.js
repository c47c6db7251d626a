'use strict';
const test = require('node:test');
const assert = require('node:assert/strict');
const { load, entry } = require('./fakes');

const prosa = load(['fold']);

/* Messages as plain objects, shown by a view that writes into them. */
function makeFold() {
  return new prosa.Fold({
    edit: (element, conteudo, when) => Object.assign(element, { says: conteudo, when }),
    erase: (element) => Object.assign(element, { says: '', isErased: true }),
    isErased: (element) => element.isErased === true
  });
}

function edit(seq, target, conteudo) {
  return entry(seq, { kind: 'edit', target, conteudo });
}

function deletion(seq, target) {
  return entry(seq, { kind: 'delete', target, conteudo: '' });
}

test('of several edits the last one holds, and a deletion for good', () => {
  const fold = makeFold();
  const shown = { says: 'a' };
  fold.hear(edit(4, 1, 'b'), shown);
  fold.hear(edit(5, 1, 'c'), shown);
  assert.deepEqual(shown, { says: 'c', when: entry(5).timestamp });
  fold.hear(deletion(6, 1), shown);
  fold.hear(edit(7, 1, 'd'), shown);
  assert.equal(shown.says, '');
});

test('a change of a message that is not on the page counts when it comes onto it', () => {
  const fold = makeFold();
  const edited = { says: 'a' };
  const deleted = { says: 'b' };
  const other = { says: 'c' };
  fold.hear(edit(9, 1, 'a1'));
  fold.hear(edit(10, 1, 'a2'));
  fold.hear(deletion(11, 2));
  fold.hear(edit(12, 2, 'tarde'));
  fold.meet(1, edited);
  fold.meet(2, deleted);
  fold.meet(3, other);
  assert.deepEqual([edited.says, deleted.says, other.says], ['a2', '', 'c']);
  fold.meet(1, other);
  assert.equal(other.says, 'c');
});

test('what was heard before a page that is newer counts no more, and so much is kept and no more', () => {
  const fold = makeFold();
  const shown = { says: 'a' };
  fold.hear(edit(9, 1, 'b'));
  fold.forget();
  fold.meet(1, shown);
  assert.equal(shown.says, 'a');
  for (let seq = 1; seq <= 1000; seq += 1) {
    fold.hear(edit(1000 + seq, seq, 'b'));
  }
  assert.equal(Object.keys(fold.kept).length, 200);
  fold.meet(1000, shown);
  assert.equal(shown.says, 'b');
});

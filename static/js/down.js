/* The way down, where the end is out of sight: how many messages wait there.

   parts: button, words (elements), scroll, list, window, readSeq(): how far the person has read or sees. */
(function (prosa) {
  'use strict';

  function Down(parts) {
    this.parts = parts;
  }

  Down.prototype.show = function () {
    var parts = this.parts;
    var isApart = parts.window.isApart;
    var count = parts.scroll.isAtBottom() ? 0 : parts.list.countAfter(parts.readSeq());
    var text = isApart ? prosa.text('Ir para as mais recentes') : prosa.text('Ir para o fim');
    count = isApart ? parts.window.missed : count;
    if (parts.window.refusal) {
      text = prosa.text('Falha ao carregar. Tentar de novo');
    } else if (count) {
      text = prosa.texts('%(num)s mensagem nova', '%(num)s mensagens novas', count);
    }
    prosa.hide(parts.button, !count && !isApart && !parts.scroll.isFarUp());
    if (parts.words.textContent !== text) {
      parts.words.textContent = text;
    }
  };

  prosa.Down = Down;
}(window.prosa = window.prosa || {}));

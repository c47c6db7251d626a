/* Hides what may have the keyboard: it is in the messages from then on, or in the page's main part. */
(function (prosa) {
  'use strict';

  prosa.hide = function (element, isHidden) {
    var hadKeyboard = isHidden && element.contains(document.activeElement);
    element.hidden = isHidden;
    if (hadKeyboard) {
      (prosa.part('scroller') || document.getElementById('conteudo')).focus();
    }
  };
}(window.prosa = window.prosa || {}));

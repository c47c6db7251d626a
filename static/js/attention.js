/* Whether the person is looking, and how many things they have missed: before the title of the page. */
(function (prosa) {
  'use strict';

  function Attention(document) {
    this.document = document;
    this.title = document.title;
    this.missed = 0;
  }

  Attention.prototype.isHere = function () {
    return this.document.visibilityState !== 'hidden' && this.document.hasFocus();
  };

  Attention.prototype.miss = function () {
    this.missed += 1;
    this.show();
  };

  Attention.prototype.clear = function () {
    this.missed = 0;
    this.show();
  };

  Attention.prototype.rename = function (title) {
    this.title = title;
    this.show();
  };

  Attention.prototype.show = function () {
    this.document.title = (this.missed > 0 ? '(' + this.missed + ') ' : '') + this.title;
  };

  prosa.Attention = Attention;
}(window.prosa = window.prosa || {}));

/* Whether the person is looking, here or in another tab, and how much waits: before the title and on the icon.

   parts: document, icon (the link to it), lease (held by the tab that is looked at), timers. */
(function (prosa) {
  'use strict';

  var RENEW_MS = 5000;

  function Attention(parts) {
    this.parts = parts;
    this.title = parts.document.title;
    this.quietIcon = parts.icon.getAttribute('href');
    this.waiting = 0;
    this.timer = null;
  }

  Attention.prototype.isHere = function () {
    return this.parts.document.visibilityState !== 'hidden' && this.parts.document.hasFocus();
  };

  Attention.prototype.isAnywhere = function () {
    return this.isHere() || this.parts.lease.isHeld();
  };

  /* Whatever may have changed that: the other tabs know. */
  Attention.prototype.look = function () {
    var self = this;
    this.parts.timers.clear(this.timer);
    if (this.isHere()) {
      this.parts.lease.seize();
      this.timer = this.parts.timers.set(function () {
        self.look();
      }, RENEW_MS);
    } else {
      this.parts.lease.release();
    }
  };

  Attention.prototype.count = function (waiting) {
    this.waiting = waiting;
    this.show();
  };

  Attention.prototype.rename = function (title) {
    this.title = title;
    this.show();
  };

  Attention.prototype.show = function () {
    var icon = this.parts.icon;
    var href = this.waiting ? icon.getAttribute('data-unread') : this.quietIcon;
    var title = (this.waiting ? '(' + (this.waiting > 98 ? '99+' : this.waiting) + ') ' : '') + this.title;
    if (icon.getAttribute('href') !== href) {
      icon.setAttribute('href', href);
    }
    if (this.parts.document.title !== title) {
      this.parts.document.title = title;
    }
  };

  prosa.Attention = Attention;
}(window.prosa = window.prosa || {}));

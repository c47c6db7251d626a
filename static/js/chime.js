/* A short sound for what others say: once a message, however many tabs hear of it, and never where it is muted; with
   it, whatever else one tab alone is to do.

   parts: storage (storage.js over localStorage), timers, clock, tab (its name), play(). Every tab writes its name
   under the message; the last to write rings, once the others must have seen it. */
(function (prosa) {
  'use strict';

  var MUTED = 'muted';
  var RANG = 'rang:';
  var SETTLED_MS = 200;
  var RECENT_MS = 60000;

  function Chime(parts) {
    this.parts = parts;
    this.rung = {};
  }

  Chime.prototype.isMuted = function () {
    return this.parts.storage.get(MUTED) === true;
  };

  Chime.prototype.mute = function (isMuted) {
    this.parts.storage.set(MUTED, isMuted);
  };

  /* also(): done by the tab that rings, muted or not. */
  Chime.prototype.ring = function (chatId, seq, also) {
    var self = this;
    var storage = this.parts.storage;
    var key = RANG + chatId;
    var now = this.parts.clock();
    var known = storage.get(key);
    if (this.rung[chatId] >= seq || (known && known.seq >= seq && now - known.at < RECENT_MS)) {
      return;
    }
    this.rung[chatId] = seq;
    storage.set(key, { seq: seq, at: now, tab: this.parts.tab });
    this.parts.timers.set(function () {
      var last = storage.get(key);
      if (!last || last.tab === self.parts.tab) {
        self.ringNow(also);
      }
    }, SETTLED_MS);
  };

  Chime.prototype.ringNow = function (also) {
    if (!this.isMuted()) {
      this.parts.play();
    }
    if (also) {
      also();
    }
  };

  prosa.Chime = Chime;
}(window.prosa = window.prosa || {}));

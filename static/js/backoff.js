/* How long to wait before the next try: full jitter below 0.25 s, doubling to 25 s, so that
   thousands who lost the same server do not come back in the same moment. */
(function (prosa) {
  'use strict';

  var FIRST_MS = 250;
  var LAST_MS = 25000;

  /* chance() is a number from 0 up to 1. */
  function Backoff(chance) {
    this.chance = chance;
    this.reset();
  }

  Backoff.prototype.reset = function () {
    this.ceiling = FIRST_MS;
  };

  Backoff.prototype.next = function () {
    var delay = Math.floor(this.chance() * this.ceiling);
    this.ceiling = Math.min(this.ceiling * 2, LAST_MS);
    return delay;
  };

  prosa.Backoff = Backoff;
}(window.prosa = window.prosa || {}));

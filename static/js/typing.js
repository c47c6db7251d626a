/* Telling that the person writes: at most every 3 s, and that they stopped after 5 s, on leaving or on sending. */
(function (prosa) {
  'use strict';

  var RENEW_MS = 3000;
  var IDLE_MS = 5000;

  /* say(event) speaks to the room. */
  function Typing(say, timers, clock) {
    this.say = say;
    this.timers = timers;
    this.clock = clock;
    this.toldAt = null;
    this.timer = null;
  }

  Typing.prototype.pressed = function () {
    var self = this;
    var now = this.clock();
    if (this.toldAt === null || now - this.toldAt >= RENEW_MS) {
      this.toldAt = now;
      this.say('typing_start');
    }
    this.timers.clear(this.timer);
    this.timer = this.timers.set(function () {
      self.stop();
    }, IDLE_MS);
  };

  Typing.prototype.stop = function () {
    this.timers.clear(this.timer);
    if (this.toldAt !== null) {
      this.toldAt = null;
      this.say('typing_stop');
    }
  };

  /* The server knows already: a message was sent, or the line broke. */
  Typing.prototype.forget = function () {
    this.timers.clear(this.timer);
    this.toldAt = null;
  };

  prosa.Typing = Typing;
}(window.prosa = window.prosa || {}));

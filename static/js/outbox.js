/* What was said and is not yet acknowledged: in order, one in flight, under one client_id for ever.

   Held in memory. send(message, done) tries one: done(refusal, ack). Emits `sent` (message, ack) and
   `returned` (messages, refusal): the server will not have them. */
(function (prosa) {
  'use strict';

  var PAUSE_MS = 2000;
  var WHOLE_ROOM = { read_only: true, not_found: true };

  function Outbox(send, timers) {
    prosa.Emitter.call(this, timers);
    this.send = send;
    this.queue = [];
    this.isOpen = false;
    this.isBusy = false;
    this.timer = null;
  }

  Outbox.prototype = new prosa.Emitter(null);
  Outbox.prototype.constructor = Outbox;

  Outbox.prototype.put = function (message) {
    this.queue.push(message);
    this.flush();
  };

  Outbox.prototype.resume = function () {
    this.isOpen = true;
    this.flush();
  };

  Outbox.prototype.pause = function () {
    this.isOpen = false;
    this.timers.clear(this.timer);
    this.timer = null;
  };

  Outbox.prototype.flush = function () {
    var self = this;
    var message = this.queue[0];
    if (!message || !this.isOpen || this.isBusy || this.timer !== null) {
      return;
    }
    this.isBusy = true;
    this.send(message, function (refusal, ack) {
      self.isBusy = false;
      if (!refusal) {
        self.queue.shift();
        self.emit('sent', message, ack);
        self.flush();
      } else if (refusal.retryable) {
        self.later(refusal.retry_after_ms || PAUSE_MS);
      } else {
        self.giveBack(refusal);
      }
    });
  };

  Outbox.prototype.later = function (delay) {
    var self = this;
    if (this.isOpen) {
      this.timer = this.timers.set(function () {
        self.timer = null;
        self.flush();
      }, delay);
    }
  };

  Outbox.prototype.giveBack = function (refusal) {
    var count = WHOLE_ROOM[refusal.code] ? this.queue.length : 1;
    this.emit('returned', this.queue.splice(0, count), refusal);
    this.flush();
  };

  prosa.Outbox = Outbox;
}(window.prosa = window.prosa || {}));

/* What an author's script has sent, edited or deleted and the server has not acknowledged: in order and one in flight for each room,
   under one client_id through every break. In memory: for what survives a reload see outbox.js.

   parts: connection, timers, newId(). */
(function (prosa) {
  'use strict';

  var PAUSE_MS = 2000;

  function IoSends(parts) {
    this.parts = parts;
    this.queues = Object.create(null);
  }

  /* done(refusal, answer), exactly once, when it is stored or refused for good. */
  IoSends.prototype.put = function (name, data, done) {
    var chatId = String(data.chat_id);
    var sent = {};
    Object.keys(data).forEach(function (key) {
      sent[key] = data[key];
    });
    sent.client_id = data.client_id || this.parts.newId();
    if (!this.queues[chatId]) {
      this.queues[chatId] = { waiting: [], isBusy: false };
    }
    this.queues[chatId].waiting.push({ name: name, data: sent, done: done });
    this.flush(this.queues[chatId]);
  };

  /* The line is back. */
  IoSends.prototype.resume = function () {
    Object.keys(this.queues).forEach(function (chatId) {
      this.flush(this.queues[chatId]);
    }, this);
  };

  IoSends.prototype.flush = function (queue) {
    var self = this;
    var first = queue.waiting[0];
    if (!first || queue.isBusy || this.parts.connection.state !== 'live') {
      return;
    }
    queue.isBusy = true;
    this.parts.connection.command(first.name, first.data, function (refusal, answer) {
      if (refusal && refusal.retryable) {
        self.later(queue, refusal.retry_after_ms || PAUSE_MS);
        return;
      }
      queue.isBusy = false;
      queue.waiting.shift();
      first.done(refusal, answer);
      self.flush(queue);
    });
  };

  IoSends.prototype.later = function (queue, delay) {
    var self = this;
    this.parts.timers.set(function () {
      queue.isBusy = false;
      self.flush(queue);
    }, delay);
  };

  prosa.IoSends = IoSends;
}(window.prosa = window.prosa || {}));

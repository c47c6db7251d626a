/* What was said and is not yet acknowledged leaves in order, one in flight for the room, under one client_id.

   parts: store (outbox_store.js), lease, timers, newId(), send(message, done): done(refusal, ack).
   Emits `waiting` (message): to be shown, or shown anew; `sent` (message, ack); `failed` (message): the
   person decides; `returned` (messages, refusal): the room takes no more; `discarded` (client_id); and `gone`
   (client_id): another tab has had an answer for it. Of edits and deletions `changing` (change), `changed` (change, ack)
   and `refused` (change, refusal) instead: nothing of them is kept then. */
(function (prosa) {
  'use strict';

  var PAUSE_MS = 2000;
  var LOOK_MS = 2000;
  var FILE_GONE = prosa.text('O arquivo não está mais disponível. Anexe-o de novo.');
  var WORTH_TRYING = { conflict: true, internal: true };
  var WHOLE_ROOM = { read_only: true, not_found: true, removed: true, deleted: true };

  function isWaiting(message) {
    return !message.failed;
  }

  function Outbox(parts) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.isOpen = false;
    this.inFlight = null;
    this.timer = null;
    this.isHeldOff = false;
    this.shown = {};
  }

  Outbox.prototype = new prosa.Emitter(null);
  Outbox.prototype.constructor = Outbox;

  /* attachment: the file that it carries, if it does, as the server described it. */
  Outbox.prototype.put = function (conteudo, attachment) {
    this.parts.store.add(this.parts.newId(), conteudo, attachment ? { attachment: attachment } : null);
    this.refresh();
  };

  /* kind: `edit` or `delete`; target: the message's seq. */
  Outbox.prototype.change = function (kind, target, conteudo) {
    this.parts.store.add(this.parts.newId(), conteudo, { kind: kind, target: target });
    this.refresh();
  };

  /* The line is up and the room joined. */
  Outbox.prototype.resume = function () {
    this.isOpen = true;
    this.refresh();
  };

  /* The line is down: another tab may have a better one. */
  Outbox.prototype.pause = function () {
    this.isOpen = false;
    this.wait(null);
    this.parts.lease.release();
  };

  /* Another tab has written something. */
  Outbox.prototype.changed = function () {
    if (this.isHeldOff) {
      this.wait(null);
    }
    this.refresh();
  };

  /* Show what is new in the store, forget what is gone from it, go on sending. */
  Outbox.prototype.refresh = function () {
    var self = this;
    var there = {};
    this.parts.store.all().forEach(function (message) {
      var state = message.failed ? 'failed' : 'waiting';
      there[message.client_id] = true;
      if (self.shown[message.client_id] !== state) {
        self.shown[message.client_id] = state;
        self.emit(message.target ? 'changing' : state, message);
      }
    });
    Object.keys(this.shown).forEach(function (clientId) {
      if (!there[clientId]) {
        delete self.shown[clientId];
        self.emit('gone', clientId);
      }
    });
    this.flush();
  };

  Outbox.prototype.flush = function () {
    var message = this.parts.store.all().filter(isWaiting)[0];
    var held;
    if (!this.isOpen || this.inFlight || this.timer !== null) {
      return;
    }
    if (!message) {
      this.parts.lease.release();
      return;
    }
    held = this.parts.lease.take();
    if (held) {
      this.wait(Math.min(held, LOOK_MS));
      this.isHeldOff = true;
    } else {
      this.attempt(message);
    }
  };

  Outbox.prototype.attempt = function (message) {
    var self = this;
    this.inFlight = message.client_id;
    this.parts.send(message, function (refusal, ack) {
      self.inFlight = null;
      if (!refusal) {
        self.settle(message.client_id);
        self.emit(message.target ? 'changed' : 'sent', message, ack);
      } else if (refusal.retryable) {
        self.wait(refusal.retry_after_ms || PAUSE_MS);
      } else if (message.target && refusal.code !== 'read_only') {
        self.settle(message.client_id);
        self.emit('refused', message, refusal);
      } else if (message.attachment && refusal.code === 'not_found') {
        self.fail(message, { code: refusal.code, message: FILE_GONE });
      } else if (WHOLE_ROOM[refusal.code]) {
        self.giveBack(refusal);
      } else {
        self.fail(message, refusal);
      }
      self.refresh();
    });
  };

  /* Try again after `delay`; null: not before somebody calls. */
  Outbox.prototype.wait = function (delay) {
    var self = this;
    this.timers.clear(this.timer);
    this.timer = null;
    this.isHeldOff = false;
    if (delay !== null && this.isOpen) {
      this.timer = this.timers.set(function () {
        self.timer = null;
        self.isHeldOff = false;
        self.refresh();
      }, delay);
    }
  };

  /* It has its place in the room, by whatever way we know. */
  Outbox.prototype.settle = function (clientId) {
    delete this.shown[clientId];
    this.parts.store.drop(clientId);
  };

  Outbox.prototype.fail = function (message, refusal) {
    this.parts.store.write({
      client_id: message.client_id,
      conteudo: message.conteudo,
      at: message.at,
      attachment: message.attachment,
      failed: { code: refusal.code, message: refusal.message }
    });
  };

  /* The room takes nothing more: every text goes back to whoever wrote it. */
  Outbox.prototype.giveBack = function (refusal) {
    var messages = this.parts.store.all().filter(isWaiting);
    if (messages.length) {
      this.emit('returned', messages, refusal);
      messages.forEach(function (message) {
        this.settle(message.client_id);
      }, this);
    }
  };

  /* Whether the same could be taken another time; if not, it has to be written anew. */
  prosa.isWorthTrying = function (failed) {
    return WORTH_TRYING[failed.code];
  };

  /* The person wants a failed one tried again: after all that was said meanwhile, and under the same name unless that
     is taken by another text. False where it would fail again, and is returned, without a file that is gone. */
  Outbox.prototype.retry = function (clientId) {
    var message = this.parts.store.all().filter(function (each) {
      return each.client_id === clientId && each.failed;
    })[0];
    var isTried = message && prosa.isWorthTrying(message.failed);
    if (isTried) {
      this.discard(clientId);
      this.parts.store.add(message.failed.code === 'conflict' ? this.parts.newId() : clientId, message.conteudo,
        message.attachment ? { attachment: message.attachment } : null);
      this.refresh();
    } else if (message) {
      message.attachment = message.failed.code === 'not_found' ? null : message.attachment;
      this.emit('returned', [message], { message: '' });
      this.settle(clientId);
    }
    return isTried;
  };

  Outbox.prototype.discard = function (clientId) {
    this.settle(clientId);
    this.emit('discarded', clientId);
  };

  /* Somebody has logged out: nothing is left behind. */
  Outbox.prototype.wipe = function () {
    this.parts.store.wipe();
    this.refresh();
  };

  prosa.Outbox = Outbox;
}(window.prosa = window.prosa || {}));

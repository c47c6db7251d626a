/* The messages that one person wrote in one room and that are not acknowledged: kept through reload,
   crash and an expired login, and seen by every tab.

   One key a message, written once and removed once, so that two tabs never overwrite each other. A message:
   {client_id, conteudo, at} and, where the server will not have it, `failed` (its refusal). An edit or a deletion has
   a `kind` and a `target` besides, a message with a file its `attachment`, and both keys of their own: an older page's
   script knows only texts. `at` orders them:
   milliseconds, later than every one before it, whatever the clock does. Where the browser will not keep
   them they are held in this page's memory, and so is what follows, lest another tab send it first. */
(function (prosa) {
  'use strict';

  var OUTBOX = 'outbox:';
  var CHANGES = 'changes:';
  var WEEK_MS = 7 * 24 * 3600 * 1000;

  function byTime(one, other) {
    return one.at - other.at || (one.client_id < other.client_id ? -1 : 1);
  }

  /* `storage` is storage.js; clock() in milliseconds. */
  function OutboxStore(storage, clock, userId, chatId) {
    this.storage = storage;
    this.clock = clock;
    this.room = userId + ':' + chatId + ':';
    this.memory = {};
    this.forgetStrangers(OUTBOX, userId + ':');
    this.forgetStrangers(CHANGES, userId + ':');
  }

  /* This page is for one person: what others left in this browser is gone, and so is what is a week old. */
  OutboxStore.prototype.forgetStrangers = function (kind, ours) {
    var storage = this.storage;
    var oldest = this.clock() - WEEK_MS;
    storage.keys(kind).forEach(function (key) {
      var message = storage.get(key);
      if (key.indexOf(kind + ours) !== 0 || !message || !(message.at > oldest)) {
        storage.drop(key);
      }
    });
  };

  /* All of them, in the order in which they were written. */
  OutboxStore.prototype.all = function () {
    var storage = this.storage;
    var memory = this.memory;
    var found = Object.keys(memory).map(function (clientId) {
      return memory[clientId];
    });
    storage.keys(OUTBOX + this.room).concat(storage.keys(CHANGES + this.room)).forEach(function (key) {
      var message = storage.get(key);
      if (message && message.client_id && !memory[message.client_id]) {
        found.push(message);
      }
    });
    return found.sort(byTime);
  };

  /* `more`: of a change its {kind, target}, of a message with a file its {attachment}. */
  OutboxStore.prototype.add = function (clientId, conteudo, more) {
    var last = this.all().pop();
    var message = { client_id: clientId, conteudo: conteudo, at: Math.max(this.clock(), last ? last.at + 1 : 0) };
    Object.keys(more || {}).forEach(function (name) {
      message[name] = more[name];
    });
    this.write(message);
    return message;
  };

  OutboxStore.prototype.write = function (message) {
    var key = (message.target || message.attachment ? CHANGES : OUTBOX) + this.room + message.client_id;
    if (this.isAtRisk() || !this.storage.set(key, message)) {
      this.memory[message.client_id] = message;
    }
  };

  OutboxStore.prototype.drop = function (clientId) {
    delete this.memory[clientId];
    this.storage.drop(OUTBOX + this.room + clientId);
    this.storage.drop(CHANGES + this.room + clientId);
  };

  /* Something would be lost if this page were left now. */
  OutboxStore.prototype.isAtRisk = function () {
    return Object.keys(this.memory).length > 0;
  };

  /* Nothing of anybody is left. */
  OutboxStore.prototype.wipe = function () {
    this.memory = {};
    this.storage.keys(OUTBOX).concat(this.storage.keys(CHANGES)).forEach(this.storage.drop, this.storage);
  };

  prosa.OutboxStore = OutboxStore;
}(window.prosa = window.prosa || {}));

/* How many messages wait in each room, the same in every tab of this browser. Emits `changed`.

   `storage` is storage.js over localStorage; where nothing is kept, each tab knows what it has heard itself. */
(function (prosa) {
  'use strict';

  var UNREAD = 'unread:';
  var MOST = 99;

  function Unread(storage, userId, timers) {
    prosa.Emitter.call(this, timers);
    this.storage = storage;
    this.key = UNREAD + userId;
    storage.keys(UNREAD).forEach(function (key) {
      if (key !== UNREAD + userId) {
        storage.drop(key);
      }
    });
    this.counts = storage.get(this.key) || {};
  }

  Unread.prototype = new prosa.Emitter(null);
  Unread.prototype.constructor = Unread;

  /* `counts` by room, as the server or the page itself knows them now; others stay. */
  Unread.prototype.put = function (counts) {
    var all = this.storage.get(this.key) || this.counts;
    var before = JSON.stringify(this.counts);
    Object.keys(counts).forEach(function (chatId) {
      if (counts[chatId]) {
        all[chatId] = counts[chatId];
      } else {
        delete all[chatId];
      }
    });
    this.counts = all;
    this.storage.set(this.key, all);
    if (JSON.stringify(all) !== before) {
      this.emit('changed');
    }
  };

  /* The browser's storage event: another tab knows better. */
  Unread.prototype.heard = function (event) {
    if (event.key === 'prosa:' + this.key) {
      this.counts = this.storage.get(this.key) || {};
      this.emit('changed');
    }
  };

  Unread.prototype.of = function (chatId) {
    return this.counts[chatId] || 0;
  };

  Unread.prototype.total = function () {
    var counts = this.counts;
    return Math.min(MOST, Object.keys(counts).reduce(function (sum, chatId) {
      return sum + counts[chatId];
    }, 0));
  };

  prosa.Unread = Unread;
}(window.prosa = window.prosa || {}));

/* How far everybody has got, and telling how far this page has.

   parts: connection, timers, chatId, userId, readSeq (of the page as it was rendered),
   seenSeq(): the last message that the person can be looking at now,
   0 where they are not looking. */
(function (prosa) {
  'use strict';

  var TOGETHER_MS = 250;

  function Cursors(parts) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.others = {};
    this.topSeq = 0;
    this.delivered = 0;
    this.read = parts.readSeq || 0;
    this.timer = null;
  }

  Cursors.prototype = new prosa.Emitter(null);
  Cursors.prototype.constructor = Cursors;

  Cursors.prototype.hear = function (cursor) {
    var known = this.others[cursor.user_id] || { delivered_seq: 0, read_seq: 0 };
    if (cursor.user_id === this.parts.userId) {
      this.delivered = Math.max(this.delivered, cursor.delivered_seq);
      this.read = Math.max(this.read, cursor.read_seq);
      this.emit('read');
      return;
    }
    this.others[cursor.user_id] = {
      delivered_seq: Math.max(known.delivered_seq, cursor.delivered_seq),
      read_seq: Math.max(known.read_seq, cursor.read_seq)
    };
    this.emit('moved');
  };

  /* 'read', 'delivered' or 'sent': what all others have done with the message at `seq`. */
  Cursors.prototype.stateOf = function (seq) {
    var others = this.others;
    var ids = Object.keys(others);
    function all(key) {
      return ids.length > 0 && ids.every(function (id) {
        return others[id][key] >= seq;
      });
    }
    if (all('read_seq')) {
      return 'read';
    }
    return all('delivered_seq') ? 'delivered' : 'sent';
  };

  /* Everything up to `seq` is kept by this page. */
  Cursors.prototype.keep = function (seq) {
    this.topSeq = Math.max(this.topSeq, seq);
    this.mark();
  };

  /* A new line may not know what the last one was told. */
  Cursors.prototype.restart = function () {
    this.delivered = 0;
    this.read = 0;
  };

  Cursors.prototype.mark = function () {
    var self = this;
    if (this.timer === null) {
      this.timer = this.timers.set(function () {
        self.timer = null;
        self.tell();
      }, TOGETHER_MS);
    }
  };

  Cursors.prototype.tell = function () {
    var seen = Math.min(this.parts.seenSeq(), this.topSeq);
    if (this.read < seen) {
      this.read = seen;
      this.delivered = Math.max(this.delivered, seen);
      this.emit('read');
      this.parts.connection.say('mark_read', { chat_id: this.parts.chatId, seq: seen });
    }
    if (this.delivered < this.topSeq) {
      this.delivered = this.topSeq;
      this.parts.connection.say('mark_delivered', { chat_id: this.parts.chatId, seq: this.topSeq });
    }
  };

  prosa.Cursors = Cursors;
}(window.prosa = window.prosa || {}));

/* What keeps the room list up to date: asked for anew after every connection and whenever one of its rooms
   changes, where it can be seen. A page of older rooms stays as it was drawn. */
(function (prosa) {
  'use strict';

  var TOGETHER_MS = 300;

  /* parts: connection, rows, timers, isNewest, isShown(). Emits `answered` (how many messages wait, by room). */
  function RoomsFeed(parts) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.timer = null;
    this.isStale = false;
    this.hear();
  }

  RoomsFeed.prototype = new prosa.Emitter(null);

  RoomsFeed.prototype.hear = function () {
    var self = this;
    function askSoon() {
      self.askSoon();
    }
    this.parts.connection.on('welcome', function () {
      self.ask();
    });
    this.parts.connection.on('down', function () {
      self.parts.rows.forgetPeople();
    });
    this.parts.connection.on('room_updated', askSoon);
    this.parts.connection.on('new_notification', askSoon);
    this.parts.connection.on('room_left', function (data) {
      self.parts.rows.drop(data.chat_id);
    });
  };

  /* Where nobody sees the list, it waits until somebody does: `refresh` after a change of the window. */
  RoomsFeed.prototype.ask = function () {
    var self = this;
    this.timer = null;
    this.isStale = !this.parts.isShown();
    if (!this.isStale) {
      this.parts.connection.command('list_rooms', {}, function (refusal, answer) {
        self.answered(refusal, answer);
      });
    }
  };

  RoomsFeed.prototype.answered = function (refusal, answer) {
    var self = this;
    var counts = {};
    if (!refusal) {
      if (this.parts.isNewest) {
        this.parts.rows.show(answer.rooms);
      }
      answer.rooms.forEach(function (row) {
        counts[row.room.chat_id] = row.unread;
      });
      this.emit('answered', counts);
    } else if (refusal.retryable && refusal.code !== 'closed') {
      this.timer = this.parts.timers.set(function () {
        self.ask();
      }, refusal.retry_after_ms || 2000);
    }
  };

  RoomsFeed.prototype.askSoon = function () {
    var self = this;
    if (this.timer === null) {
      this.timer = this.parts.timers.set(function () {
        self.ask();
      }, TOGETHER_MS);
    }
  };

  RoomsFeed.prototype.refresh = function () {
    if (this.isStale) {
      this.askSoon();
    }
  };

  /* The newest entry of a room that this page hears itself. */
  RoomsFeed.prototype.say = function (entry) {
    this.parts.rows.say(entry);
  };

  RoomsFeed.prototype.titleOf = function (chatId) {
    return this.parts.rows.titleOf(chatId);
  };

  prosa.RoomsFeed = RoomsFeed;
}(window.prosa = window.prosa || {}));

/* The rooms that a socket of io.js has joined: every entry of their logs is told once and in order, through every break.

   parts: connection, timers, tell(name, data).
   A room is remembered from the author's join_chat until leave_chat, room_left or a refusal for good. After a break it
   is joined again from the last entry told, and so it is where an entry does not follow the one before it.
   Where the server cannot give all that was missed, `history_gap` {chat_id, after_seq, first_seq} is told before what
   it gave: the messages in between are to be read with `history`, and those before may have been edited or deleted. */
(function (prosa) {
  'use strict';

  var AGAIN_MS = 1500;
  var NAMES = { edit: 'message_edited', 'delete': 'message_deleted' };
  var LEFT = { code: 'left', message: '', retryable: false };

  function IoRooms(parts) {
    this.connection = parts.connection;
    this.timers = parts.timers;
    this.tell = parts.tell;
    this.rooms = Object.create(null);
  }

  IoRooms.prototype.holds = function (room) {
    return this.rooms[room.chatId] === room;
  };

  /* The author's own join_chat: done(refusal, answer), exactly once, after what was missed has been told. */
  IoRooms.prototype.join = function (data, done) {
    var chatId = String(data.chat_id);
    if (!this.rooms[chatId]) {
      this.rooms[chatId] = {
        chatId: chatId,
        epoch: data.epoch,
        lastSeq: typeof data.last_seq === 'number' ? data.last_seq : null,
        isKnown: false,
        asking: 0,
        unanswered: []
      };
    }
    this.ask(this.rooms[chatId], { data: data, done: done });
  };

  /* Nothing more is told of this room. */
  IoRooms.prototype.forget = function (chatId, refusal) {
    var room = this.rooms[chatId];
    delete this.rooms[chatId];
    if (room) {
      room.unanswered.forEach(function (join) {
        join.done(refusal || LEFT, null);
      });
    }
  };

  /* The line is back. */
  IoRooms.prototype.welcomed = function () {
    var self = this;
    Object.keys(this.rooms).forEach(function (chatId) {
      var room = self.rooms[chatId];
      var unanswered = room.unanswered;
      room.unanswered = [];
      if (room.isKnown) {
        self.askAgain(room);
      }
      unanswered.forEach(function (join) {
        self.ask(room, join);
      });
    });
  };

  IoRooms.prototype.askAgain = function (room) {
    var tell = this.tell;
    this.ask(room, {
      data: null,
      done: function (refusal) {
        if (refusal) {
          tell('error', refusal);
        }
      }
    });
  };

  /* join.data is null where it is not the author who asks. */
  IoRooms.prototype.ask = function (room, join) {
    var self = this;
    var from = room.lastSeq;
    room.asking += 1;
    this.connection.command('join_chat', join.data || {
      chat_id: room.chatId,
      last_seq: room.lastSeq,
      epoch: room.epoch
    }, function (refusal, answer) {
      room.asking -= 1;
      if (!self.holds(room)) {
        join.done(refusal, answer);
      } else if (refusal) {
        self.refused(room, join, refusal);
      } else {
        self.joined(room, from, answer);
        join.done(null, answer);
      }
    });
  };

  IoRooms.prototype.refused = function (room, join, refusal) {
    if (refusal.code === 'closed' || refusal.code === 'timeout') {
      if (join.data) {
        room.unanswered.push(join);
      }
      if (refusal.code === 'timeout') {
        this.connection.drop();
      }
    } else if (refusal.retryable) {
      this.later(room, join, refusal.retry_after_ms || AGAIN_MS);
    } else {
      if (refusal.code !== 'malformed' || !room.isKnown) {
        this.forget(room.chatId, refusal);
      }
      join.done(refusal, null);
    }
  };

  /* Until then the room counts as being asked for: what arrives out of order need not ask too. */
  IoRooms.prototype.later = function (room, join, delay) {
    var self = this;
    room.asking += 1;
    this.timers.set(function () {
      room.asking -= 1;
      if (self.holds(room)) {
        self.ask(room, join);
      } else {
        join.done(LEFT, null);
      }
    }, delay);
  };

  /* `from` is where the room was known to when it was asked for: a log that has become shorter than that is another. */
  IoRooms.prototype.joined = function (room, from, answer) {
    var isFirst = room.lastSeq === null;
    var after = room.lastSeq;
    if (room.epoch && room.epoch !== answer.epoch) {
      after = 0;
    } else if (from !== null && answer.top_seq < from) {
      after = answer.top_seq;
    }
    room.epoch = answer.epoch;
    room.isKnown = true;
    room.lastSeq = Math.max(isFirst ? 0 : after, answer.top_seq);
    if (!isFirst) {
      this.tellMissed(room, after, answer);
    }
  };

  IoRooms.prototype.tellMissed = function (room, after, answer) {
    var first = answer.messages.length > 0 ? answer.messages[0].seq : answer.top_seq + 1;
    var i;
    var isPart = answer.messages.filter(function (entry) {
      return entry.seq > after;
    }).length !== answer.top_seq - after;
    if (!answer.recovered && answer.top_seq > after && isPart) {
      this.tell('history_gap', { chat_id: room.chatId, after_seq: after, first_seq: first });
    }
    for (i = 0; i < answer.messages.length; i += 1) {
      if (answer.messages[i].seq > after && this.holds(room)) {
        this.tell(NAMES[answer.messages[i].kind] || 'new_message', answer.messages[i]);
      }
    }
  };

  IoRooms.prototype.receive = function (name, entry) {
    var room = this.rooms[entry.chat_id];
    if (!room || !room.isKnown || entry.seq <= room.lastSeq) {
      return;
    }
    if (entry.seq === room.lastSeq + 1) {
      room.lastSeq = entry.seq;
      this.tell(name, entry);
    } else if (room.asking === 0) {
      this.askAgain(room);
    }
  };

  prosa.IoRooms = IoRooms;
}(window.prosa = window.prosa || {}));

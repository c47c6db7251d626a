/* One room on the line: joined, without holes, recovered after every break. Knows no page.

   parts: connection, timers, chatId, epoch, topSeq (of the page as it was rendered).
   Emits `joining`, `joined` (ack), `recovered` (entries), `replaced` (entries, whether all shown before are void),
   `entry` (one), `room` (room), `gone` (reason), and the room's own user_typing, user_joined, user_left, cursors. */
(function (prosa) {
  'use strict';

  var LOGGED = ['new_message', 'message_edited', 'message_deleted'];
  var PASSED = ['user_typing', 'user_joined', 'user_left', 'cursors'];
  var COMMANDS = { edit: 'edit_message', 'delete': 'delete_message' };
  var AGAIN_MS = 1500;

  function Room(parts) {
    prosa.Emitter.call(this, parts.timers);
    this.connection = parts.connection;
    this.chatId = parts.chatId;
    this.epoch = parts.epoch;
    this.lastSeq = parts.topSeq;
    this.version = -1;
    this.isJoined = false;
    this.attempt = 0;
    this.timer = null;
    this.hear();
  }

  Room.prototype = new prosa.Emitter(null);
  Room.prototype.constructor = Room;

  Room.prototype.hear = function () {
    var self = this;
    this.connection.on('welcome', function () {
      self.join();
    });
    this.connection.on('down', function () {
      self.isJoined = false;
      self.attempt += 1;
      self.timers.clear(self.timer);
    });
    this.connection.on('room_updated', function (data) {
      self.update(data.room);
    });
    this.connection.on('room_left', function (data) {
      if (data.chat_id === self.chatId) {
        self.end(data.reason);
      }
    });
    LOGGED.forEach(function (name) {
      self.connection.on(name, function (entry) {
        self.receive(entry);
      });
    });
    PASSED.forEach(function (name) {
      self.connection.on(name, function (data) {
        if (data.chat_id === self.chatId && self.isJoined) {
          self.emit(name, data);
        }
      });
    });
  };

  Room.prototype.join = function () {
    var self = this;
    var attempt = this.attempt + 1;
    this.attempt = attempt;
    this.isJoined = false;
    this.timers.clear(this.timer);
    this.emit('joining');
    this.connection.command('join_chat', {
      chat_id: this.chatId,
      last_seq: this.lastSeq,
      epoch: this.epoch
    }, function (refusal, ack) {
      if (attempt !== self.attempt) {
        return;
      }
      if (refusal) {
        self.refused(refusal);
      } else {
        self.joined(ack);
      }
    });
  };

  Room.prototype.refused = function (refusal) {
    var self = this;
    if (refusal.code === 'timeout') {
      this.connection.drop();
    } else if (refusal.retryable && refusal.code !== 'closed') {
      this.timer = this.timers.set(function () {
        self.join();
      }, refusal.retry_after_ms || AGAIN_MS);
    } else if (refusal.code !== 'closed') {
      this.end(refusal.code);
    }
  };

  Room.prototype.joined = function (ack) {
    var isVoid = ack.epoch !== this.epoch || ack.top_seq < this.lastSeq || this.isPart(ack);
    this.epoch = ack.epoch;
    this.lastSeq = ack.top_seq;
    this.isJoined = true;
    if (ack.recovered) {
      this.emit('recovered', ack.messages);
    } else {
      this.emit('replaced', ack.messages, isVoid);
    }
    this.update(ack.room);
    this.emit('joined', ack);
  };

  /* Whether there is more above what is kept than this answer says: messages below its page, or edits and
     deletions, of whatever is shown. */
  Room.prototype.isPart = function (ack) {
    var lastSeq = this.lastSeq;
    return ack.messages.filter(function (entry) {
      return entry.seq > lastSeq;
    }).length !== ack.top_seq - lastSeq;
  };

  Room.prototype.receive = function (entry) {
    if (entry.chat_id !== this.chatId || !this.isJoined || entry.seq <= this.lastSeq) {
      return;
    }
    if (entry.seq !== this.lastSeq + 1) {
      this.join();
      return;
    }
    this.lastSeq = entry.seq;
    this.emit('entry', entry);
  };

  Room.prototype.update = function (room) {
    if (room && room.chat_id === this.chatId && room.version >= this.version) {
      this.version = room.version;
      this.emit('room', room);
    }
  };

  Room.prototype.end = function (reason) {
    this.isJoined = false;
    this.attempt += 1;
    this.emit('gone', reason);
  };

  /* Messages before_seq, after_seq or around a place, or the newest: done(refusal, {messages, more, newer, top_seq}). */
  Room.prototype.history = function (where, done) {
    this.connection.command('history', {
      chat_id: this.chatId,
      before_seq: where.before_seq,
      after_seq: where.after_seq,
      around: where.around
    }, done);
  };

  /* `message` as the outbox keeps it: with a `kind` and a `target` where it changes another one. */
  Room.prototype.send = function (message, done) {
    this.connection.command(COMMANDS[message.kind] || 'send_message', {
      chat_id: this.chatId,
      target: message.target,
      conteudo: message.conteudo,
      client_id: message.client_id,
      attachment_id: message.attachment ? message.attachment.id : undefined
    }, done);
  };

  Room.prototype.say = function (event) {
    if (this.isJoined) {
      this.connection.say(event, { chat_id: this.chatId });
    }
  };

  prosa.Room = Room;
}(window.prosa = window.prosa || {}));

/* One line to the server, which comes back whenever it breaks. Which room is heard on it: room.js;
   who sits here, where the server has doubts: logins.js.

   parts: open() makes a SockJS; backoff; sessionCheck; timers {set, clear}; clock() in milliseconds; userId,
   where the page is for one person alone.

   States: idle, connecting, live (welcomed), waiting, checking, stopped, login, other.
   Emits `state` (name), `welcome` (data), `down` (before anything is tried anew), `refused` (an error that
   answers no command), `strangers` (what is kept here is no longer for whoever sits here), and every event of
   the server under its own name. */
(function (prosa) {
  'use strict';

  var OPENING_MS = 30000;
  var ANSWER_MS = 10000;
  var SILENCE_MS = 40000;
  var LOOK_MS = 5000;
  var PROBE_MS = 5000;
  var STEADY_MS = 10000;
  var SUSPECTS = 3;

  function Connection(parts) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.state = 'idle';
    this.socket = null;
    this.waiting = {};
    this.lastAck = 0;
    this.suspects = 0;
    this.checks = 0;
    this.heardAt = 0;
    this.liveAt = 0;
    this.restartAfter = 0;
    this.refusedAfter = 0;
    this.isLoggedOut = false;
    this.wasOther = false;
    this.loginAfter = 0;
    this.timer = null;
    this.watchdog = null;
  }

  Connection.prototype = new prosa.Emitter(null);
  Connection.prototype.constructor = Connection;

  Connection.prototype.enter = function (state) {
    this.state = state;
    this.emit('state', state);
  };

  Connection.prototype.after = function (delay, action) {
    var self = this;
    this.timers.clear(this.timer);
    this.timer = this.timers.set(function () {
      self.timer = null;
      action.call(self);
    }, delay);
  };

  /* Where not even a SockJS can be made, its script did not arrive: only a reload can help. */
  Connection.prototype.connect = function () {
    var self = this;
    var socket;
    try {
      socket = this.parts.open();
    } catch (error) {
      this.enter('stopped');
      throw error;
    }
    this.socket = socket;
    this.heardAt = this.parts.clock();
    socket.onmessage = function (frame) {
      if (self.socket === socket) {
        self.heardAt = self.parts.clock();
        self.receive(frame.data);
      }
    };
    socket.onheartbeat = function () {
      self.heardAt = self.parts.clock();
    };
    socket.onclose = function (close) {
      if (self.socket === socket) {
        self.closed(close.code, close.reason);
      }
    };
    this.enter('connecting');
    this.after(OPENING_MS, this.drop);
  };

  /* The line is taken for dead: it is let go, and a new one is tried. */
  Connection.prototype.drop = function () {
    var socket = this.socket;
    if (socket) {
      this.closed(1006, '');
      socket.close();
    }
  };

  Connection.prototype.closed = function (code, reason) {
    var wasSteady = this.state === 'live' && this.parts.clock() - this.liveAt > STEADY_MS;
    this.socket = null;
    this.isLoggedOut = code === 4401 && reason === 'logged_out';
    this.timers.clear(this.timer);
    this.timers.clear(this.watchdog);
    if (wasSteady) {
      this.parts.backoff.reset();
    }
    this.failAll();
    this.emit('down', code);
    this.decide(prosa.closeAction(code));
  };

  Connection.prototype.decide = function (action) {
    var least = this.restartAfter + (action === 'wait' ? this.refusedAfter : 0);
    this.restartAfter = 0;
    this.suspects = action === 'suspect' ? this.suspects + 1 : 0;
    if (action === 'stop') {
      this.enter('stopped');
    } else if (action === 'check' || this.suspects >= SUSPECTS) {
      this.suspects = 0;
      this.checks += action === 'check' ? 1 : 0;
      this.check();
    } else {
      this.enter('waiting');
      this.after(least + this.parts.backoff.next(), this.connect);
    }
  };

  /* There is reason to think that the network is back, or somebody cannot wait. */
  Connection.prototype.wake = function () {
    this.parts.backoff.reset();
    if (this.state === 'waiting') {
      this.timers.clear(this.timer);
      this.connect();
    } else if (this.state === 'login' || this.state === 'other') {
      this.loginAfter = 0;
      this.check();
    } else if (this.state === 'live') {
      this.probe();
    }
  };

  /* The page was put away and brought back: whatever line it had is dead, and may not know it. */
  Connection.prototype.restart = function () {
    this.drop();
    this.wake();
  };

  /* A line that has been silent may be dead: one small question tells. */
  Connection.prototype.probe = function () {
    var self = this;
    var socket = this.socket;
    if (this.parts.clock() - this.heardAt > PROBE_MS) {
      this.command('list_rooms', { limit: 1 }, function (refusal) {
        if (refusal && refusal.code === 'timeout' && self.socket === socket) {
          self.drop();
        }
      }, PROBE_MS);
    }
  };

  /* Look now and then whether the line still breathes: the server sends something every 25 s. */
  Connection.prototype.listen = function () {
    var self = this;
    this.timers.clear(this.watchdog);
    if (this.parts.clock() - this.heardAt > SILENCE_MS) {
      this.drop();
      return;
    }
    this.watchdog = this.timers.set(function () {
      self.listen();
    }, LOOK_MS);
  };

  Connection.prototype.receive = function (text) {
    var message;
    try {
      message = JSON.parse(text);
    } catch (error) {
      return;
    }
    if (!message || typeof message.event !== 'string') {
      return;
    }
    if (message.event === 'welcome') {
      this.welcomed(message.data);
    } else if (message.event === 'ack') {
      this.answered(message.ack, null, message.data);
    } else if (message.event === 'error') {
      this.refused(message.ack, message.data || {});
    } else if (message.event === 'server_restart') {
      this.restartAfter = message.data.retry_after_ms || 0;
    } else {
      this.emit(message.event, message.data);
    }
  };

  Connection.prototype.welcomed = function (welcome) {
    if (this.parts.userId !== undefined && welcome.user_id !== this.parts.userId) {
      this.leave('other');
      this.awaitLogin();
      this.emit('strangers');
      return;
    }
    this.timers.clear(this.timer);
    this.checks = 0;
    this.suspects = 0;
    this.loginAfter = 0;
    this.liveAt = this.parts.clock();
    this.enter('live');
    this.listen();
    this.emit('welcome', welcome);
  };

  /* Go, and stay away. */
  Connection.prototype.leave = function (state) {
    var socket = this.socket;
    this.socket = null;
    this.timers.clear(this.timer);
    this.timers.clear(this.watchdog);
    this.failAll();
    this.emit('down', 1000);
    this.enter(state);
    if (socket) {
      socket.close();
    }
  };

  Connection.prototype.refused = function (ack, refusal) {
    this.refusedAfter = refusal.retry_after_ms || 0;
    if (ack === undefined) {
      this.emit('refused', refusal);
    } else {
      this.answered(ack, refusal, null);
    }
  };

  Connection.prototype.answered = function (ack, refusal, answer) {
    var command = this.waiting[ack];
    if (command) {
      delete this.waiting[ack];
      this.timers.clear(command.timer);
      command.done(refusal, answer);
    }
  };

  Connection.prototype.failAll = function () {
    var acks = Object.keys(this.waiting);
    var i;
    for (i = 0; i < acks.length; i += 1) {
      this.answered(acks[i], { code: 'closed', retryable: true }, null);
    }
  };

  /* Ask, and be answered: done(refusal, answer), exactly once. Codes of ours: `closed` where the line
     is down, `timeout` where it kept silent for 10 s, or for `patience` milliseconds. */
  Connection.prototype.command = function (event, data, done, patience) {
    var self = this;
    var ack = this.lastAck + 1;
    if (this.state !== 'live') {
      done({ code: 'closed', retryable: true }, null);
      return;
    }
    this.lastAck = ack;
    this.waiting[ack] = {
      done: done,
      timer: this.timers.set(function () {
        self.answered(ack, { code: 'timeout', retryable: true }, null);
      }, patience || ANSWER_MS)
    };
    this.socket.send(JSON.stringify({ event: event, ack: ack, data: data }));
  };

  /* Say, and expect no answer. */
  Connection.prototype.say = function (event, data) {
    if (this.state === 'live') {
      this.socket.send(JSON.stringify({ event: event, data: data }));
    }
  };

  prosa.Connection = Connection;
}(window.prosa = window.prosa || {}));

/* Socket.IO's shape over SockJS: io(namespace, options), for scripts written for it.

   Kept: emit with an acknowledgement, on, off, once, connect, disconnect, connected, id; the events connect,
   disconnect (reason) and connect_error (error). What is emitted before the line is up waits for it. A send, an
   edit or a deletion is given a client_id where it has none, and is tried until the server has stored or refused it; a room that was
   joined is joined again after a break, and what was missed is told as it would have been (io_rooms.js).
   An acknowledgement is called once: with what the server answers, or with {error: refusal}; without one a
   refusal is told as `error`.

   options: transports (`websocket`, `polling`), query {session_key | token}, autoConnect. The credential of the
   query is said first on the line, never in an address; where a cookie came too, it has to be of the same person.
   `token_expiring` is answered by emit('refresh_token', {token}): what was taken is said on later lines too.
   After connect_error `unauthenticated`, put a fresh token into the query that was given, and connect(). */
(function (prosa) {
  'use strict';

  var TRANSPORTS = { websocket: ['websocket'], polling: ['xhr-streaming', 'xhr-polling'] };
  var ENDPOINT = '/ws/chat';
  var NAMESPACES = /^(https?:\/\/[^\/?#]+)?(?:\/(?:chat)?)?$/;
  var LOGGED = ['new_message', 'message_edited', 'message_deleted'];
  var TOLD = ['user_typing', 'user_joined', 'user_left', 'presence', 'cursors', 'room_updated', 'room_left',
    'new_notification', 'token_expiring', 'server_restart'];
  var REASONS = { 1000: 'io client disconnect', 4400: 'io server disconnect', 4401: 'io server disconnect' };
  var WAITING_MOST = 1000;
  var SILENT_ACK = 9007199254740991;

  function clock() {
    return new Date().getTime();
  }

  var timers = {
    set: function (action, delay) {
      return window.setTimeout(action, delay);
    },
    clear: function (timer) {
      window.clearTimeout(timer);
    }
  };

  function namesOf(wanted) {
    var names = [];
    (wanted || ['websocket', 'polling']).forEach(function (each) {
      names = names.concat(TRANSPORTS[each] || []);
    });
    return names.length ? names : TRANSPORTS.websocket.concat(TRANSPORTS.polling);
  }

  function Socket(url, options) {
    this.url = url;
    this.listeners = Object.create(null);
    this.waiting = [];
    this.connected = false;
    this.disconnected = true;
    this.id = undefined;
    this.lastCode = 0;
    this.query = options.query || {};
    this.clientIds = new prosa.ClientIds(window.crypto, Math.random);
    this.connection = this.makeConnection(options);
    this.rooms = new prosa.IoRooms({ connection: this.connection, timers: timers, tell: this.tell.bind(this) });
    this.sends = new prosa.IoSends({
      connection: this.connection,
      timers: timers,
      newId: this.clientIds.next.bind(this.clientIds)
    });
    this.hear();
  }

  Socket.prototype.makeConnection = function (options) {
    var self = this;
    var query = this.query;
    var transports = new prosa.Transports({
      names: namesOf(options.transports),
      make: function (name, timeout) {
        return new window.SockJS(self.url, null, { transports: [name], timeout: timeout });
      },
      storage: new prosa.Storage(function () {
        return window.localStorage;
      }),
      timers: timers,
      clock: clock
    });
    return new prosa.Connection({
      open: function () {
        var line = transports.open();
        if (query.session_key || query.token) {
          line.onopen = function () {
            line.send(JSON.stringify({ event: 'authenticate', ack: SILENT_ACK, data: query }));
          };
        }
        return line;
      },
      backoff: new prosa.Backoff(Math.random),
      sessionCheck: {
        ask: function (answer) {
          answer(self.lastCode === 4401 ? 'other' : 'unknown');
        }
      },
      timers: timers,
      clock: clock
    });
  };

  Socket.prototype.hear = function () {
    var self = this;
    var connection = this.connection;
    connection.on('welcome', function () {
      var waiting = self.waiting;
      self.connected = true;
      self.disconnected = false;
      self.id = self.clientIds.next();
      self.rooms.welcomed();
      self.tell('connect');
      self.waiting = [];
      waiting.forEach(function (one) {
        self.ask(one.name, one.data, one.done);
      });
      self.sends.resume();
    });
    connection.on('down', function (code) {
      self.lastCode = code;
      if (self.connected) {
        self.connected = false;
        self.disconnected = true;
        self.id = undefined;
        self.tell('disconnect', REASONS[code] || 'transport close');
      } else if (code !== 4401 && code !== 1000) {
        self.tell('connect_error', new Error('transport error'));
      }
    });
    connection.on('state', function (state) {
      if (state === 'login' || state === 'stopped') {
        self.tell('connect_error', new Error(state === 'login' ? 'unauthenticated' : 'refused'));
      }
    });
    connection.on('refused', function (refusal) {
      self.tell('error', refusal);
    });
    connection.on('room_left', function (data) {
      self.rooms.forget(data.chat_id);
    });
    LOGGED.forEach(function (name) {
      connection.on(name, function (entry) {
        self.rooms.receive(name, entry);
      });
    });
    TOLD.forEach(function (name) {
      connection.on(name, function (data) {
        self.tell(name, data);
      });
    });
  };

  Socket.prototype.tell = function (name, first) {
    (this.listeners[name] || []).slice().forEach(function (listener) {
      try {
        listener(first);
      } catch (error) {
        timers.set(function () {
          throw error;
        }, 0);
      }
    });
  };

  Socket.prototype.on = function (name, listener) {
    this.listeners[name] = (this.listeners[name] || []).concat([listener]);
    return this;
  };

  Socket.prototype.once = function (name, listener) {
    var self = this;
    function first(told) {
      self.off(name, first);
      listener(told);
    }
    first.of = listener;
    return this.on(name, first);
  };

  /* One listener, all of a name, or all. */
  Socket.prototype.off = function (name, listener) {
    if (name === undefined) {
      this.listeners = Object.create(null);
    } else if (listener === undefined) {
      delete this.listeners[name];
    } else {
      this.listeners[name] = (this.listeners[name] || []).filter(function (each) {
        return each !== listener && each.of !== listener;
      });
    }
    return this;
  };

  Socket.prototype.emit = function (name, data, acknowledge) {
    var self = this;
    var given = typeof data === 'function' || !data ? {} : data;
    var done = typeof data === 'function' ? data : acknowledge;
    function answered(refusal, answer) {
      if (typeof done === 'function') {
        done(refusal ? { error: refusal } : answer);
      } else if (refusal) {
        self.tell('error', refusal);
      }
    }
    if (this.connected) {
      this.ask(name, given, answered);
    } else if (this.waiting.length < WAITING_MOST) {
      this.waiting.push({ name: name, data: given, done: answered });
    } else {
      answered({ code: 'too_many', message: '', retryable: true }, null);
    }
    return this;
  };

  Socket.prototype.ask = function (name, data, done) {
    if (name === 'send_message' || name === 'edit_message' || name === 'delete_message') {
      this.sends.put(name, data, done);
    } else if (name === 'join_chat') {
      this.rooms.join(data, done);
    } else if (name === 'typing_start' || name === 'typing_stop') {
      this.connection.say(name, data);
    } else if (name === 'authenticate' || name === 'refresh_token') {
      this.present(name, data, done);
    } else {
      if (name === 'leave_chat') {
        this.rooms.forget(String(data.chat_id));
      }
      this.connection.command(name, data, done);
    }
  };

  Socket.prototype.present = function (name, shown, done) {
    var query = this.query;
    this.connection.command(name, shown, function (refusal, answer) {
      if (!refusal) {
        query.session_key = shown.session_key;
        query.token = shown.token;
      }
      done(refusal, answer);
    });
  };

  Socket.prototype.connect = function () {
    var state = this.connection.state;
    if (state === 'idle' || state === 'login' || state === 'stopped') {
      this.connection.connect();
    } else {
      this.connection.wake();
    }
    return this;
  };

  Socket.prototype.disconnect = function () {
    this.connection.leave('idle');
    return this;
  };

  Socket.prototype.open = Socket.prototype.connect;
  Socket.prototype.close = Socket.prototype.disconnect;

  window.io = function (namespace, options) {
    var given = (typeof namespace === 'string' ? options : namespace) || {};
    var found = NAMESPACES.exec(typeof namespace === 'string' ? namespace : '/');
    var socket;
    if (!found) {
      throw new Error('io: there is no namespace ' + namespace + ', only /chat');
    }
    socket = new Socket((found[1] || '') + ENDPOINT, given);
    if (given.autoConnect !== false) {
      timers.set(function () {
        socket.connect();
      }, 0);
    }
    return socket;
  };
}(window.prosa = window.prosa || {}));

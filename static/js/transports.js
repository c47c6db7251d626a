/* Which way the line to the server takes, and the memory of the one that worked.

   parts: names (of SockJS's transports, the best first); make(name, timeout) makes a SockJS of that transport
   alone; storage (storage.js over localStorage); timers {set, clear}; clock() in milliseconds.

   SockJS can walk a list by itself, but the timer of a transport that was refused at once stays behind and ends
   the next one (1.6.1, main.js: _connect overwrites _transportTimeoutId). Behind a proxy that takes away `Upgrade`
   and holds streams back, that ended the last transport too: most openings on loopback came to "All transports
   failed". So each one is tried by a SockJS of its own, which knows the time allowed: it measures the latency of
   its first answer (/info) and gives eight of these, or OPENING_MS where that is more. A slow network keeps its
   WebSocket; two transports that keep silent cost four seconds. LONGEST_MS ends the longest wait, so that three
   fit into the time that a Connection waits for its line.

   Where the first answer never came (1002), no transport is to blame, and none other is tried. */
(function (prosa) {
  'use strict';

  var KEY = 'transport:';
  var DAY_MS = 24 * 60 * 60 * 1000;
  var OPENING_MS = 2000;
  var LONGEST_MS = 9000;
  var NONE_OPENED = 2000;

  function Transports(parts) {
    this.parts = parts;
    this.key = KEY + parts.names[0];
  }

  /* What a SockJS is to a Connection, opened over the first transport that answers. */
  Transports.prototype.open = function () {
    var known = this.recall();
    var names = this.parts.names.filter(function (name) {
      return name !== known;
    });
    return new Line(this, known ? [known].concat(names) : names, known);
  };

  /* Null where nothing is known: nothing tried before, more than a day ago, no storage. */
  Transports.prototype.recall = function () {
    var kept = this.parts.storage.get(this.key);
    var age = kept ? this.parts.clock() - kept.at : -1;
    return age >= 0 && age < DAY_MS && this.parts.names.indexOf(kept.name) > -1 ? kept.name : null;
  };

  /* A page that may poll only learns nothing that a page with a better way could use. */
  Transports.prototype.remember = function (name) {
    this.parts.storage.set(this.key, { name: name, at: this.parts.clock() });
  };

  Transports.prototype.forget = function () {
    this.parts.storage.drop(this.key);
  };

  /* known: the first of the names, where it is tried first because it is remembered.

     Only a walk that began without a memory makes one, when the first message has come. So the day is counted from
     the last time that the better ones were tried, and one bad minute costs a WebSocket nothing: it is
     forgotten, and the next walk starts with it again. */
  function Line(transports, names, known) {
    this.transports = transports;
    this.timers = transports.parts.timers;
    this.timer = null;
    this.socket = null;
    this.names = names;
    this.known = known;
    this.isOpen = false;
    this.isClosed = false;
    this.isProven = false;
    this.next();
  }

  Line.prototype.next = function () {
    var self = this;
    var name = this.names.shift();
    var socket = this.transports.parts.make(name, OPENING_MS);
    this.socket = socket;
    this.timer = this.timers.set(function () {
      self.failed(name, { code: NONE_OPENED });
      socket.close();
    }, LONGEST_MS);
    socket.onopen = function () {
      self.isOpen = true;
      if (self.onopen) {
        self.onopen();
      }
      self.timers.clear(self.timer);
    };
    socket.onmessage = function (frame) {
      self.prove(name);
      self.onmessage(frame);
    };
    socket.onheartbeat = function () {
      self.onheartbeat();
    };
    socket.onclose = function (close) {
      if (self.socket === socket) {
        self.closed(name, close);
      }
    };
  };

  Line.prototype.closed = function (name, close) {
    this.timers.clear(this.timer);
    if (this.isOpen || this.isClosed || close.code !== NONE_OPENED) {
      this.onclose(close);
    } else {
      this.failed(name, close);
    }
  };

  Line.prototype.prove = function (name) {
    if (!this.isProven) {
      this.isProven = true;
      if (!this.known) {
        this.transports.remember(name);
      }
    }
  };

  Line.prototype.failed = function (name, close) {
    if (name === this.known) {
      this.transports.forget();
    }
    if (this.names.length) {
      this.next();
    } else {
      this.socket = null;
      this.onclose(close);
    }
  };

  Line.prototype.send = function (text) {
    this.socket.send(text);
  };

  Line.prototype.close = function () {
    this.isClosed = true;
    this.timers.clear(this.timer);
    if (this.socket) {
      this.socket.close();
    }
  };

  prosa.Transports = Transports;
}(window.prosa = window.prosa || {}));

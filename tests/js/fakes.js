'use strict';
/* Time, chance and the line to the server, as plain things that a test moves by hand. */

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const STATIC_JS = path.join(__dirname, '..', '..', 'static', 'js');

/* The named files of static/js, run in one window; its `prosa`. */
function load(names, window) {
  const wanted = names.includes('languages') ? names : ['languages'].concat(names);
  const scope = window || {};
  scope.window = scope;
  const context = vm.isContext(scope) ? scope : vm.createContext(scope);
  wanted.forEach(function (name) {
    vm.runInContext(fs.readFileSync(path.join(STATIC_JS, name + '.js'), 'utf8'), context, { filename: name + '.js' });
  });
  return scope.prosa;
}

class FakeTime {
  constructor() {
    this.now = 1000000;
    this.waiting = new Map();
    this.last = 0;
    this.clock = () => this.now;
    this.timers = {
      set: (action, delay) => {
        this.last += 1;
        this.waiting.set(this.last, { action, at: this.now + delay });
        return this.last;
      },
      clear: (timer) => this.waiting.delete(timer)
    };
  }

  /* Everything due within the next `milliseconds` happens, in order. */
  pass(milliseconds) {
    const end = this.now + milliseconds;
    for (;;) {
      const due = [...this.waiting.entries()].filter(([, wait]) => wait.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) {
        break;
      }
      this.waiting.delete(due[0]);
      this.now = Math.max(this.now, due[1].at);
      due[1].action();
    }
    this.now = end;
  }
}

/* A localStorage that all tabs of a test share, and that may be full. */
class FakeStorage {
  constructor() {
    this.values = new Map();
    this.isFull = false;
  }

  get length() {
    return this.values.size;
  }

  key(index) {
    return [...this.values.keys()][index];
  }

  getItem(key) {
    return this.values.has(key) ? this.values.get(key) : null;
  }

  setItem(key, value) {
    if (this.isFull) {
      throw new Error('QuotaExceededError');
    }
    this.values.set(key, String(value));
  }

  removeItem(key) {
    this.values.delete(key);
  }
}

class FakeSocket {
  constructor() {
    this.sent = [];
    this.isClosed = false;
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosed = true;
  }

  hears(event, data, ack) {
    this.onmessage({ data: JSON.stringify(ack === undefined ? { event, data } : { event, data, ack }) });
  }

  /* The commands of this name that were sent. */
  said(event) {
    return this.sent.filter((message) => message.event === event);
  }

  answers(event, data) {
    const asked = this.said(event).pop();
    this.hears('ack', data, asked.ack);
  }

  refuses(event, data) {
    const asked = this.said(event).pop();
    this.hears('error', data, asked.ack);
  }

  breaks(code) {
    this.onclose({ code, reason: '' });
  }
}

/* A connection of the person `1` on fake parts: {prosa, time, sockets, connection, states, session}. */
function makeLine(extra) {
  const prosa = load(['emitter', 'backoff', 'close_codes', 'connection', 'logins'].concat(extra || []));
  const time = new FakeTime();
  const line = { prosa, time, sockets: [], states: [], session: 'same', checks: 0 };
  line.connection = new prosa.Connection({
    open: () => {
      line.sockets.push(new FakeSocket());
      return line.socket();
    },
    backoff: new prosa.Backoff(() => 0.999),
    sessionCheck: {
      ask: (answer) => {
        line.checks += 1;
        answer(line.session);
      }
    },
    timers: time.timers,
    clock: time.clock,
    userId: '1'
  });
  line.socket = () => line.sockets[line.sockets.length - 1];
  line.connection.on('state', (state) => line.states.push(state));
  line.goLive = () => line.socket().hears('welcome', { user_id: '1' });
  return line;
}

function entry(seq, more) {
  return Object.assign({
    id: 'm' + seq,
    chat_id: '7',
    seq,
    kind: 'text',
    client_id: 'c' + seq,
    conteudo: 'texto ' + seq,
    remetente: 'Reforma',
    remetente_id: '2',
    data_envio: '23/11/2026 10:' + String(10 + (seq % 50)),
    timestamp: '2026-11-23T13:' + String(10 + (seq % 50)) + ':00.000Z'
  }, more);
}

module.exports = { load, FakeTime, FakeStorage, FakeSocket, makeLine, entry };

/* People over the real sockjs-client, who write down everything before they do it and after they saw it.

   node people.js PLAN: a JSON file {url, people: [{name, room, transport, key, file, everyMs}]}. Each person has
   a file of JSON lines: `will` (before a message is sent for the first time), `ack`, `shown` (a place in the
   room, in the order in which a screen would show it), `close`, `moved`. Commands on stdin: `finish` (write nothing
   new; says `idle NAME` when all is acknowledged), `end`. */
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const readline = require('node:readline');
const SockJS = require('sockjs-client');

const ANSWER_MS = 8000;
const AGAIN_MS = 150;
const PAGE = 100;
const WAITING_MAX = 10; // whoever has so much to send waits: a machine that is slow is not made slower
const plan = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

/* A response that breaks off is over: a browser's XMLHttpRequest says so, and sockjs-client's driver for Node
   waits for ever. */
const request = http.request;
http.request = function breakable(...options) {
  return request.apply(http, options).on('response', (response) => {
    response.on('error', () => response.emit('end'));
  });
};

class Person {
  constructor(about) {
    Object.assign(this, about);
    this.file = fs.openSync(about.file, 'a');
    this.outbox = [];
    this.count = 0;
    this.shown = null;
    this.epoch = null;
    this.asked = new Map();
    this.lastAck = 0;
    this.tries = 0;
    this.isFinishing = false;
    this.isEnding = false;
  }

  note(kind, more) {
    fs.writeSync(this.file, `${JSON.stringify({ kind, at: Date.now(), ...more })}\n`);
  }

  connect() {
    if (this.isEnding) {
      return;
    }
    const socket = new SockJS(`${plan.url}/ws/chat`, null, { transports: [this.transport], timeout: 5000 });
    this.socket = socket;
    this.isJoined = false;
    this.isAnnounced = false;
    this.restartAfter = null;
    this.held = [];
    socket.onopen = () => this.tell('authenticate', { session_key: this.key });
    socket.onmessage = (frame) => this.socket === socket && this.hear(JSON.parse(frame.data));
    socket.onclose = (close) => this.socket === socket && this.closed(close.code, close.reason);
  }

  closed(code, reason) {
    const isAnnounced = this.isAnnounced || code === 4000;
    if (!this.isEnding) {
      this.note('close', { code, reason, announced: isAnnounced, joined: this.isJoined });
    }
    this.socket = null;
    this.isJoined = false;
    this.asked.forEach((ask) => clearTimeout(ask.timer));
    this.asked.clear();
    this.tries += 1;
    const wait = this.restartAfter === null ? Math.random() * Math.min(250 * 2 ** this.tries, 2000) : this.restartAfter;
    setTimeout(() => this.connect(), wait);
  }

  drop() {
    const socket = this.socket;
    if (socket) {
      this.closed(1006, 'no answer');
      socket.close();
    }
  }

  tell(event, data, ack) {
    this.socket.send(JSON.stringify(ack ? { event, data, ack } : { event, data }));
  }

  ask(event, data, then) {
    const ack = this.lastAck += 1;
    const timer = setTimeout(() => this.drop(), ANSWER_MS);
    this.asked.set(ack, { then, timer });
    this.tell(event, data, ack);
  }

  hear(message) {
    const ask = this.asked.get(message.ack);
    if (ask) {
      clearTimeout(ask.timer);
      this.asked.delete(message.ack);
      ask.then(message.event === 'error' ? message.data : null, message.data);
    } else if (message.event === 'welcome') {
      this.join();
    } else if (message.event === 'server_restart') {
      this.isAnnounced = true;
      this.restartAfter = message.data.retry_after_ms;
    } else if (message.event === 'new_message' && message.data.chat_id === this.room) {
      this.place(message.data);
    }
  }

  join() {
    const data = { chat_id: this.room };
    if (this.shown !== null) {
      data.last_seq = this.shown;
      data.epoch = this.epoch;
    }
    this.ask('join_chat', data, (refusal, joined) => {
      if (refusal) {
        setTimeout(() => this.socket && this.join(), AGAIN_MS);
        return;
      }
      this.epoch = joined.epoch;
      if (this.shown === null) {
        this.shown = joined.top_seq;
        this.note('from', { seq: this.shown });
        this.joined();
      } else if (joined.recovered) {
        joined.messages.forEach((entry) => this.show(entry));
        this.joined();
      } else {
        this.held = this.held || [];
        this.older(joined.messages);
      }
    });
  }

  /* What the newest page does not reach back to is read page by page. */
  older(found) {
    if (found.length === 0 || found[0].seq <= this.shown + 1) {
      found.filter((entry) => entry.seq > this.shown).forEach((entry) => this.show(entry));
      this.joined();
      return;
    }
    this.ask('history', { chat_id: this.room, before_seq: found[0].seq, limit: PAGE }, (refusal, page) => {
      if (refusal) {
        setTimeout(() => this.socket && this.older(found), AGAIN_MS);
      } else {
        this.older(page.messages.concat(found));
      }
    });
  }

  joined() {
    this.isJoined = true;
    this.tries = 0;
    this.note('moved', {});
    const held = this.held;
    this.held = null;
    held.forEach((entry) => this.show(entry));
    this.sendNext();
  }

  place(entry) {
    if (this.isJoined) {
      this.show(entry);
    } else {
      this.held.push(entry);
    }
  }

  show(entry) {
    this.note('shown', { seq: entry.seq, id: entry.client_id });
    this.shown = entry.seq;
  }

  write() {
    if (this.isFinishing || this.outbox.length >= WAITING_MAX) {
      return;
    }
    const id = crypto.randomUUID();
    this.count += 1;
    const message = { id, text: `${this.name} ${this.count}` };
    this.note('will', message);
    this.outbox.push(message);
    this.sendNext();
  }

  sendNext() {
    const message = this.outbox[0];
    if (!message || !this.isJoined || this.isSending === this.socket) {
      return;
    }
    const socket = this.isSending = this.socket;
    const data = { chat_id: this.room, conteudo: message.text, client_id: message.id };
    this.ask('send_message', data, (refusal, stored) => {
      const again = () => {
        if (this.isSending === socket) {
          this.isSending = null;
        }
        this.sendNext();
      };
      if (refusal && ['retry', 'unavailable', 'rate_limited'].includes(refusal.code)) {
        setTimeout(again, refusal.retry_after_ms || AGAIN_MS);
        return;
      }
      this.note(refusal ? 'failed' : 'ack', { id: message.id, seq: stored && stored.seq, code: refusal && refusal.code });
      this.outbox.shift();
      again();
      this.reportIdle();
    });
  }

  reportIdle() {
    if (this.isFinishing && this.outbox.length === 0) {
      console.log(`idle ${this.name}`);
    }
  }

  start() {
    this.connect();
    this.timer = setInterval(() => this.write(), this.everyMs);
  }

  finish() {
    this.isFinishing = true;
    clearInterval(this.timer);
    this.reportIdle();
  }

  end() {
    this.isEnding = true;
    fs.closeSync(this.file);
  }
}

const people = plan.people.map((about) => new Person(about));
people.forEach((person, n) => setTimeout(() => person.start(), n * 20));
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'finish') {
    people.forEach((person) => person.finish());
  } else {
    people.forEach((person) => person.end());
    process.exit(0);
  }
}).on('close', () => process.exit(1));

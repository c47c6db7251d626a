/* Which tab sends for a room: whoever holds its lease, for ten seconds from the last time it was taken.

   Two tabs may still both believe it for a moment, since the browser tells them of each other's writing late:
   the same message is then sent twice under one client_id, and stored once. Where nothing is kept every
   tab holds it. */
(function (prosa) {
  'use strict';

  var LEASE_MS = 10000;

  /* `tab` names this tab, also after a reload. */
  function Lease(storage, clock, name, tab) {
    this.storage = storage;
    this.clock = clock;
    this.key = 'lease:' + name;
    this.tab = tab;
  }

  /* 0 where this tab holds it now; else the milliseconds after which to ask again. */
  Lease.prototype.take = function () {
    var held = this.storage.get(this.key);
    var left = held && held.tab !== this.tab ? held.until - this.clock() : 0;
    if (left > 0 && left <= LEASE_MS) {
      return left;
    }
    this.seize();
    return 0;
  };

  /* This tab holds it now, whoever did. */
  Lease.prototype.seize = function () {
    this.storage.set(this.key, { tab: this.tab, until: this.clock() + LEASE_MS });
  };

  /* Whether any tab holds it. */
  Lease.prototype.isHeld = function () {
    var held = this.storage.get(this.key);
    var left = held ? held.until - this.clock() : 0;
    return left > 0 && left <= LEASE_MS;
  };

  Lease.prototype.release = function () {
    var held = this.storage.get(this.key);
    if (held && held.tab === this.tab) {
      this.storage.drop(this.key);
    }
  };

  prosa.Lease = Lease;
}(window.prosa = window.prosa || {}));

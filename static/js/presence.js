/* Whether the others are there, beside their names. */
(function (prosa) {
  'use strict';

  function Presence(element, userId, moments) {
    this.element = element;
    this.userId = userId;
    this.moments = moments;
    this.people = [];
    this.online = {};
    this.lastSeen = {};
    this.count = null;
    this.isKnown = false;
  }

  Presence.prototype.setPeople = function (members) {
    var userId = this.userId;
    this.people = Array.isArray(members) ? members.filter(function (member) {
      return member.user_id !== userId;
    }) : [];
    if (this.isKnown) {
      this.show();
    }
  };

  /* `online` is a list of ids, or a count in a large room; `lastSeen` has moments by id. */
  Presence.prototype.start = function (online, lastSeen) {
    var known = {};
    this.isKnown = true;
    this.lastSeen = lastSeen || {};
    this.count = Array.isArray(online) ? null : online;
    if (Array.isArray(online)) {
      online.forEach(function (userId) {
        known[userId] = true;
      });
    }
    this.online = known;
    this.show();
  };

  Presence.prototype.set = function (userId, isOnline, lastSeen) {
    this.online[userId] = isOnline;
    if (lastSeen) {
      this.lastSeen[userId] = lastSeen;
    }
    this.show();
  };

  /* The line is down: nothing is known of anybody. */
  Presence.prototype.forget = function () {
    this.count = null;
    this.isKnown = false;
    this.write('', false);
  };

  Presence.prototype.show = function () {
    var online = this.online;
    var here = this.people.filter(function (member) {
      return online[member.user_id];
    });
    if (this.count !== null) {
      this.write(prosa.texts('%(num)s online', '%(num)s online', this.count), this.count > 0);
    } else if (this.people.length === 1) {
      this.write(here.length ? prosa.text('online') : this.away(this.people[0].user_id), here.length > 0);
    } else {
      this.write(here.length ? prosa.texts('%(num)s online', '%(num)s online', here.length) : '', here.length > 0);
    }
  };

  Presence.prototype.away = function (userId) {
    var seen = this.lastSeen[userId] ? Date.parse(this.lastSeen[userId]) : NaN;
    return isNaN(seen) ? prosa.text('offline') : this.moments.lastSeen(seen);
  };

  Presence.prototype.write = function (text, isOnline) {
    this.element.textContent = text;
    this.element.className = 'room-head__presence' + (isOnline ? ' room-head__presence--online' : '');
  };

  prosa.Presence = Presence;
}(window.prosa = window.prosa || {}));

/* What tells the person of news, alike in all tabs: the title and the icon, the list, the sound, the system.

   parts: attention, chime, notices, unread, rows. */
(function (prosa) {
  'use strict';

  function Alerts(parts) {
    var self = this;
    this.parts = parts;
    parts.unread.on('changed', function () {
      self.show();
    });
    this.read(parts.rows.counts());
    this.show();
  }

  Alerts.prototype.show = function () {
    var unread = this.parts.unread;
    function unreadOf(chatId) {
      return unread.of(chatId);
    }
    this.parts.attention.count(unread.total());
    this.parts.rows.count(unreadOf);
    this.parts.notices.closeRead(unreadOf);
  };

  /* How many messages wait in rooms, by their ids, as somebody knows it now. */
  Alerts.prototype.read = function (counts) {
    this.parts.unread.put(counts);
  };

  /* Somebody else said something: {chat_id, seq, from, text, unread}. One tab rings, and tells it where nobody looks. */
  Alerts.prototype.news = function (message) {
    var parts = this.parts;
    var counts = {};
    counts[message.chat_id] = message.unread;
    this.read(counts);
    if (!parts.attention.isAnywhere()) {
      parts.notices.offer();
    }
    parts.chime.ring(message.chat_id, message.seq, function () {
      if (!parts.attention.isAnywhere()) {
        parts.notices.show(message);
      }
    });
  };

  prosa.Alerts = Alerts;

  /* Of the page as it is, for the rooms of `feed`. */
  prosa.makeAlerts = function (page, connection, feed) {
    var kept = prosa.localStorage();
    var tab = prosa.tabName(prosa.sessionStorage(), function () {
      return prosa.makeClientIds().next();
    });
    var unread = new prosa.Unread(kept, page.user_id, prosa.timers);
    var bar = prosa.part('ask-notices');
    var alerts = new prosa.Alerts({
      attention: new prosa.Attention({
        document: document,
        icon: prosa.part('icon'),
        lease: new prosa.Lease(kept, prosa.clock, 'here:' + page.user_id, tab),
        timers: prosa.timers
      }),
      chime: prosa.makeChime(),
      notices: new prosa.Notices({
        api: window.Notification,
        storage: kept,
        bar: bar,
        yes: prosa.part('allow-notices'),
        no: prosa.part('refuse-notices'),
        current: page.chat_id,
        urlOf: feed.parts.rows.urlOf.bind(feed.parts.rows),
        focus: function () {
          window.focus();
        },
        go: function (url) {
          window.location.href = url;
        }
      }),
      unread: unread,
      rows: feed.parts.rows
    });
    function look() {
      alerts.parts.attention.look();
    }
    ['focus', 'blur', 'pageshow'].forEach(function (name) {
      window.addEventListener(name, look);
    });
    document.addEventListener('visibilitychange', function () {
      look();
      feed.askSoon();
    });
    window.addEventListener('pagehide', function () {
      alerts.parts.attention.parts.lease.release();
    });
    window.addEventListener('storage', function (event) {
      unread.heard(event);
      if (event.key === 'prosa:notices') {
        bar.hidden = true;
      }
    });
    feed.on('answered', function (counts) {
      alerts.read(counts);
    });
    connection.on('new_notification', function (data) {
      if (data.chat_id !== page.chat_id) {
        alerts.news({
          chat_id: data.chat_id, seq: data.seq, from: data.from_user, text: data.message_preview, unread: data.unread
        });
      }
    });
    /* Read elsewhere, perhaps on another device. */
    connection.on('cursors', function (data) {
      var counts = {};
      if (data.user_id === page.user_id && data.chat_id !== page.chat_id && data.unread !== undefined) {
        counts[data.chat_id] = data.unread;
        alerts.read(counts);
      }
    });
    connection.on('presence', function (data) {
      feed.parts.rows.presence(data.user_id, data.online);
    });
    look();
    return alerts;
  };
}(window.prosa = window.prosa || {}));

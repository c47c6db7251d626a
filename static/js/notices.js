/* The system's own notifications, for what nobody is looking at: one a room, gone once the room is read. Asked for
   by a button that shows after the first such message, never by itself; yes and no are remembered.

   parts: api (window.Notification, or nothing), storage, bar, yes and no (elements), urlOf(chatId), go(url),
   current: the room that is open, if one is, focus(). */
(function (prosa) {
  'use strict';

  var WANTED = 'notices';

  function Notices(parts) {
    var self = this;
    this.parts = parts;
    this.shown = {};
    parts.yes.addEventListener('click', function () {
      self.answer(true);
      parts.api.requestPermission();
    });
    parts.no.addEventListener('click', function () {
      self.answer(false);
    });
  }

  Notices.prototype.answer = function (isWanted) {
    this.parts.storage.set(WANTED, isWanted);
    prosa.hide(this.parts.bar, true);
  };

  /* Something came unseen: whether the person wants to be told is to be asked now. */
  Notices.prototype.offer = function () {
    var api = this.parts.api;
    this.parts.bar.hidden = !api || api.permission !== 'default' || this.parts.storage.get(WANTED) !== null;
  };

  /* message: {chat_id, from, text}. */
  Notices.prototype.show = function (message) {
    var self = this;
    var parts = this.parts;
    var notice;
    if (!parts.api || parts.api.permission !== 'granted' || parts.storage.get(WANTED) === false) {
      return;
    }
    try {
      notice = new parts.api(prosa.isolated(message.from), {
        body: message.text,
        dir: 'auto',
        silent: true,
        tag: 'prosa:' + message.chat_id
      });
    } catch (error) {
      parts.storage.set(WANTED, false); // Chrome for Android has the constructor and forbids it: nothing can be shown
      return;
    }
    notice.onclick = function () {
      self.close(message.chat_id);
      parts.focus();
      if (message.chat_id !== parts.current) {
        parts.go(parts.urlOf(message.chat_id));
      }
    };
    this.shown[message.chat_id] = notice;
  };

  Notices.prototype.close = function (chatId) {
    if (this.shown[chatId]) {
      this.shown[chatId].close();
      delete this.shown[chatId];
    }
  };

  /* What was read in any tab: unreadOf(chatId). */
  Notices.prototype.closeRead = function (unreadOf) {
    Object.keys(this.shown).forEach(function (chatId) {
      if (!unreadOf(chatId)) {
        this.close(chatId);
      }
    }, this);
  };

  prosa.Notices = Notices;
}(window.prosa = window.prosa || {}));

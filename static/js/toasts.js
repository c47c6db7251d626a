/* What is said in other rooms, for a few seconds, or while the keyboard is on it: at most three at a time, one per room. */
(function (prosa) {
  'use strict';

  var SHOWN_MS = 7000;
  var MOST = 3;

  /* `blank` is the toast of templates/room.html; `roomsUrl` ends in a slash. */
  function Toasts(area, blank, roomsUrl, timers) {
    this.area = area;
    this.blank = blank;
    this.roomsUrl = roomsUrl;
    this.timers = timers;
    this.byRoom = {};
  }

  /* `title`: what its room is called; empty where that is not known. */
  Toasts.prototype.show = function (notification, title) {
    var toast = this.blank.cloneNode(true);
    toast.setAttribute('href', this.roomsUrl + encodeURIComponent(notification.chat_id) + '/websocket/');
    toast.querySelector('[data-part=toast-from]').textContent = notification.from_user;
    toast.querySelector('[data-part=toast-room]').textContent = title;
    toast.querySelector('[data-part=toast-text]').textContent = notification.message_preview;
    this.hide(this.byRoom[notification.chat_id]);
    this.byRoom[notification.chat_id] = toast;
    if (this.area.children.length >= MOST) {
      this.hide(this.area.firstElementChild);
    }
    this.area.appendChild(toast);
    this.hideLater(toast);
  };

  Toasts.prototype.hideLater = function (toast) {
    var self = this;
    this.timers.set(function () {
      if (toast === document.activeElement) {
        self.hideLater(toast);
      } else {
        self.hide(toast);
      }
    }, SHOWN_MS);
  };

  Toasts.prototype.hide = function (toast) {
    if (toast && toast.parentNode === this.area) {
      this.area.removeChild(toast);
    }
  };

  prosa.Toasts = Toasts;
}(window.prosa = window.prosa || {}));

/* What stands in the box and was not sent: kept through a reload and a crash, for this tab first, and for the
   next one that opens the room. `tab` and `browser` are storage.js over sessionStorage and localStorage. */
(function (prosa) {
  'use strict';

  var DRAFT = 'draft:';

  function Drafts(tab, browser, userId, chatId) {
    this.tab = tab;
    this.browser = browser;
    this.key = DRAFT + userId + ':' + chatId;
    this.forgetStrangers(DRAFT + userId + ':');
  }

  Drafts.prototype.forgetStrangers = function (ours) {
    [this.tab, this.browser].forEach(function (storage) {
      storage.keys(DRAFT).forEach(function (key) {
        if (key.indexOf(ours) !== 0) {
          storage.drop(key);
        }
      });
    });
  };

  Drafts.prototype.load = function () {
    return this.tab.get(this.key) || this.browser.get(this.key) || '';
  };

  Drafts.prototype.save = function (text) {
    [this.tab, this.browser].forEach(function (storage) {
      if (text) {
        storage.set(this.key, text);
      } else {
        storage.drop(this.key);
      }
    }, this);
  };

  Drafts.prototype.wipe = function () {
    [this.tab, this.browser].forEach(function (storage) {
      storage.keys(DRAFT).forEach(storage.drop, storage);
    });
  };

  prosa.Drafts = Drafts;
}(window.prosa = window.prosa || {}));

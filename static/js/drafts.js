/* What stands in the box and was not sent: kept through a reload and a crash, for this tab first, and for the
   next one that opens the room; of two tabs that hold the same text, one follows the other. What a message is being
   made to say is kept apart, by its place.
   `tab` and `browser` are storage.js over sessionStorage and localStorage. */
(function (prosa) {
  'use strict';

  var DRAFT = 'draft:';

  function Drafts(tab, browser, userId, chatId) {
    this.tab = tab;
    this.browser = browser;
    this.text = '';
    this.userId = userId;
    this.chatId = chatId;
    this.key = DRAFT + userId + ':' + chatId;
    this.forgetStrangers(DRAFT + userId + ':');
  }

  /* The same for the message at `seq`, while it is written anew. */
  Drafts.prototype.of = function (seq) {
    return new Drafts(this.tab, this.browser, this.userId, this.chatId + ':' + seq);
  };

  /* The places of messages that were being written anew, those of this tab first. */
  Drafts.prototype.begun = function () {
    var start = this.key + ':';
    return this.tab.keys(start).concat(this.browser.keys(start)).map(function (key) {
      return +key.slice(start.length);
    });
  };

  Drafts.prototype.forgetStrangers = function (ours) {
    [this.tab, this.browser].forEach(function (storage) {
      storage.keys(DRAFT).forEach(function (key) {
        if (key.indexOf(ours) !== 0) {
          storage.drop(key);
        }
      });
    });
  };

  /* What another tab made of the text that is `written` here, as the browser's storage event tells it; null where
     it is not about that. */
  Drafts.prototype.follow = function (event, written) {
    if (event.key !== 'prosa:' + this.key || JSON.parse(event.oldValue || '""') !== written) {
      return null;
    }
    return JSON.parse(event.newValue || '""');
  };

  Drafts.prototype.load = function () {
    this.text = this.tab.get(this.key) || this.browser.get(this.key) || '';
    return this.text;
  };

  Drafts.prototype.save = function (text) {
    var isOurs = this.browser.get(this.key) === this.text;
    this.text = text;
    if (text) {
      this.tab.set(this.key, text);
      this.browser.set(this.key, text);
      return;
    }
    this.tab.drop(this.key);
    if (isOurs) {
      this.browser.drop(this.key);
    }
  };

  Drafts.prototype.wipe = function () {
    [this.tab, this.browser].forEach(function (storage) {
      storage.keys(DRAFT).forEach(storage.drop, storage);
    });
  };

  prosa.Drafts = Drafts;
}(window.prosa = window.prosa || {}));

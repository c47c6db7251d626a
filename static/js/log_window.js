/* Which stretch of the log is on the page: always one without a hole. It grows at the end that is scrolled to, is let go
   of at the other one, and comes back when scrolled to; so the page stays light however long the log is.

   While there is more below it (`isApart`), what is said now is not put beneath it: that would look as if nothing lay between.

   parts: list, room, scroll, older (the link to what is before), timers, userId, hasNewer (of the page as it was drawn).
   Emits `asking` (whether, refusal) and `moved`. */
(function (prosa) {
  'use strict';

  var MOST = 300;
  var FULL = 400;
  var NEAR_PIXELS = 600;
  var AGAIN_MS = 2000;
  var FOUND = ' message--found';

  function LogWindow(parts) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.isApart = parts.hasNewer;
    this.missed = 0;
    this.asked = 0;
    this.isAsking = false;
    this.refusal = null;
    this.found = null;
  }

  LogWindow.prototype = new prosa.Emitter(null);
  LogWindow.prototype.constructor = LogWindow;

  /* Those of `entries` that the page may show: while it is apart nothing beyond its end, which is counted instead. */
  LogWindow.prototype.admit = function (entries) {
    var last = this.parts.list.lastSeq();
    if (!this.isApart) {
      return entries;
    }
    return entries.filter(function (entry) {
      var isBeyond = (entry.target === undefined || entry.target === null) && entry.seq > last;
      this.missed += isBeyond && entry.remetente_id !== this.parts.userId ? 1 : 0;
      return !isBeyond;
    }, this);
  };

  /* The person's own message has been acknowledged: beneath what it follows, or with that, once it comes. False where
     the page knew it. */
  LogWindow.prototype.placeSent = function (entry) {
    return !this.admit([entry]).length || this.parts.list.placeSent(entry);
  };

  /* Who speaks looks at the end. */
  LogWindow.prototype.said = function () {
    if (this.isApart) {
      this.goToEnd();
    }
  };

  /* The newest page is on the page, and nothing else. */
  LogWindow.prototype.reset = function () {
    this.asked += 1;
    this.isAsking = false;
    this.isApart = false;
    this.missed = 0;
    this.refusal = null;
    this.emit('asking', false);
    this.emit('moved');
  };

  /* Ask for a page of the log, one at a time; an answer that something else has overtaken is for nobody. */
  LogWindow.prototype.ask = function (where, show, otherwise) {
    var self = this;
    var number = this.asked + 1;
    this.asked = number;
    this.isAsking = true;
    this.emit('asking', true);
    this.parts.room.history(where, function (refusal, page) {
      if (number !== self.asked) {
        return;
      }
      self.isAsking = false;
      self.refusal = refusal;
      self.emit('asking', false, refusal);
      if (refusal) {
        self.timers.set(function () {
          self.refusal = self.refusal === refusal ? null : self.refusal;
        }, refusal.retry_after_ms || AGAIN_MS);
        if (otherwise) {
          otherwise(refusal);
        }
      } else {
        show(page);
        self.emit('moved');
      }
    });
  };

  /* Whether what is below the page's end is all known to have been read: entries may have come since the answer left. */
  LogWindow.prototype.end = function (page) {
    this.isApart = page.newer || page.top_seq < this.parts.room.lastSeq;
    this.missed = this.isApart ? this.missed : 0;
  };

  LogWindow.prototype.goUp = function () {
    var list = this.parts.list;
    var self = this;
    if (this.isAsking || this.parts.older.hidden) {
      return;
    }
    this.ask({ before_seq: list.firstSeq() }, function (page) {
      list.extend(page.messages, function () {
        self.isApart = list.drop(list.items().slice(MOST)) || self.isApart;
      });
      prosa.hide(self.parts.older, !page.more);
    });
  };

  LogWindow.prototype.goDown = function () {
    var list = this.parts.list;
    var self = this;
    if (this.isAsking || !this.isApart) {
      return;
    }
    this.ask({ after_seq: list.lastSeq() }, function (page) {
      list.extend(page.messages, function () {
        self.parts.older.hidden = !list.drop(list.items().slice(0, -MOST)) && self.parts.older.hidden;
      });
      self.end(page);
    });
  };

  /* What was said last is on the page, and in sight. */
  LogWindow.prototype.goToEnd = function () {
    var self = this;
    if (!this.isApart) {
      this.parts.scroll.toBottom();
      return;
    }
    this.ask({}, function (page) {
      self.show(page);
      self.parts.scroll.toBottom();
      if (self.isApart) {
        self.goToEnd();
      }
    });
  };

  /* The message at this place is on the page, in sight and marked; or else: otherwise(refusal). */
  LogWindow.prototype.goTo = function (seq, otherwise) {
    var self = this;
    if (this.mark(seq)) {
      return;
    }
    this.ask({ around: seq }, function (page) {
      self.show(page);
      self.mark(seq);
    }, otherwise);
  };

  /* `page` is on the page, and nothing else. */
  LogWindow.prototype.show = function (page) {
    this.parts.list.empty();
    this.parts.list.place(page.messages);
    prosa.hide(this.parts.older, !page.more);
    this.end(page);
  };

  /* Whether the message is on the page, where it is in sight now and marked as found. */
  LogWindow.prototype.mark = function (seq) {
    var element = this.parts.list.element(seq);
    if (this.found) {
      this.found.className = this.found.className.replace(FOUND, '');
    }
    this.found = element;
    if (element) {
      element.className += FOUND;
      element.setAttribute('tabindex', '-1');
      element.focus();
      this.parts.scroll.center(element);
    }
    return Boolean(element);
  };

  /* Who reads further up while much is said below has the end let go of. */
  LogWindow.prototype.lighten = function () {
    if (!this.isApart && this.parts.list.drop(this.parts.list.items().slice(FULL))) {
      this.isApart = true;
      this.emit('moved');
    }
  };

  /* Near an end of the page, what is beyond it is asked for. */
  LogWindow.prototype.scrolled = function () {
    if (this.refusal) {
      return;
    }
    if (this.parts.scroll.above() < NEAR_PIXELS) {
      this.goUp();
    } else if (this.isApart && this.parts.scroll.below() < NEAR_PIXELS) {
      this.goDown();
    }
  };

  prosa.LogWindow = LogWindow;
}(window.prosa = window.prosa || {}));

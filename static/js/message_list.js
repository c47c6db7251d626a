/* The messages on the page, ordered by seq alone, each once, with a line between two days.
   What was said and has no place yet is below them: pending_list.js.

   parts: messages (the list), pending, blankDay, blankUnread, view, fold, scroll, moments, empty, older (the link to
   what is before), stateOf(seq), unreadAfter: what others said after that seq is new; null where nothing is. */
(function (prosa) {
  'use strict';

  /* At the end of the log the page keeps KEPT messages of more than MOST; elsewhere log_window.js sees to it. */
  var MOST = 400;
  var KEPT = 200;

  function seqOf(element) {
    return +element.getAttribute('data-seq');
  }

  function MessageList(parts) {
    var items = parts.messages.querySelectorAll('[data-part=message]');
    var i;
    this.parts = parts;
    this.unreadAfter = parts.unreadAfter;
    this.bySeq = {};
    for (i = 0; i < items.length; i += 1) {
      this.bySeq[seqOf(items[i])] = items[i];
    }
    this.tidy();
  }

  MessageList.prototype.items = function () {
    return [].slice.call(this.parts.messages.querySelectorAll('[data-part=message]'));
  };

  MessageList.prototype.firstSeq = function () {
    var first = this.parts.messages.querySelector('[data-part=message]');
    return first ? seqOf(first) : null;
  };

  /* Show `entries`; what the page holds already is filled anew where it stands. */
  MessageList.prototype.place = function (entries) {
    var self = this;
    this.parts.scroll.hold(this.anchor(), function () {
      entries.forEach(self.placeOne, self);
      self.tidy();
    });
    this.trim();
    this.tick();
  };

  MessageList.prototype.placeOne = function (entry) {
    var element = this.bySeq[entry.seq];
    if (entry.target !== undefined && entry.target !== null) {
      this.parts.fold.hear(entry, this.bySeq[entry.target]);
      return;
    }
    if (entry.remetente_id === this.parts.view.userId) {
      this.parts.pending.forget(entry.client_id);
    }
    if (element) {
      this.parts.view.paint(element, entry);
    } else {
      element = this.parts.view.draw(entry);
      this.parts.fold.meet(entry.seq, element);
      this.bySeq[entry.seq] = element;
      this.parts.messages.insertBefore(element, this.after(entry.seq));
    }
  };

  /* What was read long ago can be asked for again. */
  MessageList.prototype.trim = function () {
    var items = this.items();
    var first = items[items.length - KEPT];
    if (items.length > MOST && this.parts.scroll.isAtBottom()) {
      while (this.parts.messages.firstElementChild !== first) {
        delete this.bySeq[seqOf(this.parts.messages.firstElementChild)];
        this.parts.messages.removeChild(this.parts.messages.firstElementChild);
      }
      this.parts.older.hidden = false;
      this.tidy();
      this.parts.scroll.toBottom();
    }
  };

  /* Show `entries` at an end of the page, and then `change` the page: what is being read stays where it is. */
  MessageList.prototype.extend = function (entries, change) {
    var self = this;
    this.parts.scroll.keep(this.anchor(), function () {
      entries.forEach(self.placeOne, self);
      change();
      self.tidy();
    });
    this.tick();
  };

  /* These are not on the page any more, and neither is a line above one of them; whether there are any. */
  MessageList.prototype.drop = function (items) {
    items.forEach(function (item) {
      var line = item.previousElementSibling;
      if (line && !seqOf(line)) {
        this.parts.messages.removeChild(line);
      }
      delete this.bySeq[seqOf(item)];
      this.parts.messages.removeChild(item);
    }, this);
    return items.length > 0;
  };

  /* How many messages of others are after `seq`. */
  MessageList.prototype.countAfter = function (seq) {
    var items = this.items();
    var count = 0;
    var i;
    for (i = items.length - 1; i >= 0 && seqOf(items[i]) > seq; i -= 1) {
      count += items[i].getAttribute('data-author-id') === this.parts.view.userId ? 0 : 1;
    }
    return count;
  };

  /* What others say after `seq` is new to the person, from now on. */
  MessageList.prototype.markUnread = function (seq) {
    this.unreadAfter = seq;
  };

  MessageList.prototype.unreadLine = function () {
    return this.parts.messages.querySelector('[data-part=unread]');
  };

  /* The person's own message has been acknowledged, maybe for the second time: where it is on the page, or above it,
     the log knows better what has become of it since. Whether it has been placed. */
  MessageList.prototype.placeSent = function (entry) {
    var first = this.firstSeq();
    if (this.bySeq[entry.seq] || (first !== null && entry.seq < first)) {
      this.parts.pending.forget(entry.client_id);
      this.tick();
      return false;
    }
    this.place([entry]);
    return true;
  };

  /* Nothing is shown; what has been heard of the messages still holds. */
  MessageList.prototype.empty = function () {
    this.parts.messages.textContent = '';
    this.bySeq = {};
  };

  MessageList.prototype.element = function (seq) {
    return this.bySeq[seq] || null;
  };

  /* The last message's; 0 where there is none. */
  MessageList.prototype.lastSeq = function () {
    var element = this.parts.messages.lastElementChild;
    while (element && !seqOf(element)) {
      element = element.previousElementSibling;
    }
    return element ? seqOf(element) : 0;
  };

  MessageList.prototype.after = function (seq) {
    var element = this.parts.messages.lastElementChild;
    var next = null;
    while (element && !(seqOf(element) && seqOf(element) < seq)) {
      next = element;
      element = element.previousElementSibling;
    }
    return next;
  };

  /* The person's own messages, by client_id. */
  MessageList.prototype.ownIds = function () {
    return this.items().filter(function (item) {
      return item.getAttribute('data-author-id') === this.parts.view.userId;
    }, this).map(function (item) {
      return item.getAttribute('data-client-id');
    });
  };

  /* The last message of which the end is in sight; 0 where none is. */
  MessageList.prototype.lastSeqInView = function () {
    var items = this.items();
    var low = 0;
    var high = items.length;
    var middle;
    while (low < high) {
      middle = Math.floor((low + high) / 2);
      if (this.parts.scroll.isAbove(items[middle])) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low ? seqOf(items[low - 1]) : 0;
  };

  /* What is being read, as far as one can tell; null where nothing is. */
  MessageList.prototype.anchor = function () {
    return this.element(this.lastSeqInView() || this.firstSeq());
  };

  /* Nothing that was shown holds any longer. */
  MessageList.prototype.clear = function () {
    this.parts.messages.textContent = '';
    this.parts.fold.forget();
    this.bySeq = {};
  };

  /* Day lines where the day changes, authors where they change. What is right already is left alone:
     a screen reader reads out whatever is put into a log. */
  MessageList.prototype.tidy = function () {
    var previous = null;
    var line = this.unreadLine();
    var isOld = this.unreadAfter !== null;
    this.items().forEach(function (item) {
      var isFirstNew = isOld && seqOf(item) > this.unreadAfter &&
        item.getAttribute('data-author-id') !== this.parts.view.userId;
      var isNewDay = !previous || previous.getAttribute('data-day') !== item.getAttribute('data-day');
      var isSameAuthor = previous && previous.getAttribute('data-author-id') === item.getAttribute('data-author-id');
      item.className = item.className.replace(' message--follows', '') +
        (isSameAuthor && !isNewDay && !isFirstNew ? ' message--follows' : '');
      this.divide(item, isNewDay);
      if (isFirstNew) {
        isOld = false;
        this.placeUnread(isNewDay ? item.previousElementSibling : item);
      }
      previous = item;
    }, this);
    if (line && (isOld || this.unreadAfter === null)) {
      this.parts.messages.removeChild(line);
    }
    if (this.firstSeq()) {
      this.parts.older.setAttribute('href', this.parts.older.getAttribute('href').replace(/\d*$/, this.firstSeq()));
    }
    this.parts.empty.hidden = previous !== null || !this.parts.pending.isEmpty();
  };

  MessageList.prototype.placeUnread = function (next) {
    var line = this.unreadLine() || this.parts.blankUnread.cloneNode(true);
    if (next.previousElementSibling !== line) {
      this.parts.messages.insertBefore(line, next);
    }
  };

  MessageList.prototype.divide = function (item, isNewDay) {
    var list = this.parts.messages;
    var day = item.getAttribute('data-day');
    var line = item.previousElementSibling;
    if (line && line.getAttribute('data-part') !== 'day') {
      line = null;
    }
    if (line && (!isNewDay || line.getAttribute('data-day') !== day)) {
      list.removeChild(line);
      line = null;
    }
    if (isNewDay && !line) {
      list.insertBefore(this.dayLine(day), item);
    } else if (isNewDay) {
      this.name(line, day);
    }
  };

  MessageList.prototype.name = function (line, day) {
    var label = line.querySelector('[data-part=day-label]');
    var name = this.parts.moments.dayName(day);
    if (label.textContent !== name) {
      label.textContent = name;
    }
  };

  MessageList.prototype.dayLine = function (day) {
    var line = this.parts.blankDay.cloneNode(true);
    line.setAttribute('data-day', day);
    this.name(line, day);
    return line;
  };

  MessageList.prototype.tick = function () {
    this.items().forEach(function (item) {
      if (item.getAttribute('data-author-id') === this.parts.view.userId) {
        this.parts.view.tick(item, this.parts.stateOf(seqOf(item)));
      }
    }, this);
  };

  prosa.MessageList = MessageList;
}(window.prosa = window.prosa || {}));

/* The messages on the page, ordered by seq alone, each once, with a line between two days.
   What was said and has no place yet is below them: pending_list.js.

   parts: messages (the list), pending, blankDay, view, scroll, moments, empty, stateOf(seq). */
(function (prosa) {
  'use strict';

  function seqOf(element) {
    return +element.getAttribute('data-seq');
  }

  function MessageList(parts) {
    var items = parts.messages.querySelectorAll('[data-part=message]');
    var i;
    this.parts = parts;
    this.bySeq = {};
    for (i = 0; i < items.length; i += 1) {
      this.bySeq[seqOf(items[i])] = items[i];
    }
    this.learn();
    this.tidy();
  }

  /* The page as it was drawn tells the zone of the service. */
  MessageList.prototype.learn = function () {
    var last = this.items().pop();
    if (last) {
      this.parts.moments.learn(last.querySelector('[data-part=time]').title, last.getAttribute('data-timestamp'));
    }
  };

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
    this.parts.scroll.hold(this.parts.messages.querySelector('[data-part=message]'), function () {
      entries.forEach(self.placeOne, self);
      self.tidy();
    });
    this.tick();
  };

  MessageList.prototype.placeOne = function (entry) {
    var element = this.bySeq[entry.seq];
    if (entry.target !== undefined && entry.target !== null) {
      return;
    }
    this.parts.moments.learn(entry.data_envio, entry.timestamp);
    if (entry.remetente_id === this.parts.view.userId) {
      this.parts.pending.forget(entry.client_id);
    }
    if (element) {
      this.parts.view.paint(element, entry);
    } else {
      element = this.parts.view.draw(entry);
      this.bySeq[entry.seq] = element;
      this.parts.messages.insertBefore(element, this.after(entry.seq));
    }
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
    var i = items.length - 1;
    while (i >= 0 && !this.parts.scroll.isAbove(items[i])) {
      i -= 1;
    }
    return i < 0 ? 0 : seqOf(items[i]);
  };

  /* Nothing that was shown holds any longer. */
  MessageList.prototype.clear = function () {
    this.parts.messages.textContent = '';
    this.bySeq = {};
  };

  /* Day lines where the day changes, authors where they change. What is right already is left alone:
     a screen reader reads out whatever is put into a log. */
  MessageList.prototype.tidy = function () {
    var previous = null;
    this.items().forEach(function (item) {
      var isNewDay = !previous || previous.getAttribute('data-day') !== item.getAttribute('data-day');
      var isSameAuthor = previous && previous.getAttribute('data-author-id') === item.getAttribute('data-author-id');
      item.className = item.className.replace(' message--follows', '') +
        (isSameAuthor && !isNewDay ? ' message--follows' : '');
      this.divide(item, isNewDay);
      previous = item;
    }, this);
    this.parts.empty.hidden = previous !== null || !this.parts.pending.isEmpty();
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

/* Who is writing, as far as the last 8 s tell. */
(function (prosa) {
  'use strict';

  var EXPIRE_MS = 8000;

  function TypingLine(element, timers) {
    this.element = element;
    this.timers = timers;
    this.people = {};
  }

  TypingLine.prototype.hear = function (data) {
    var self = this;
    this.forget(data.user_id);
    if (data.is_typing) {
      this.people[data.user_id] = {
        name: data.user,
        timer: this.timers.set(function () {
          self.forget(data.user_id);
        }, EXPIRE_MS)
      };
      this.show();
    }
  };

  TypingLine.prototype.forget = function (userId) {
    if (this.people[userId]) {
      this.timers.clear(this.people[userId].timer);
      delete this.people[userId];
      this.show();
    }
  };

  TypingLine.prototype.clear = function () {
    Object.keys(this.people).forEach(this.forget, this);
  };

  TypingLine.prototype.show = function () {
    var people = this.people;
    var names = Object.keys(people).map(function (userId) {
      return prosa.isolated(people[userId].name);
    });
    var text = '';
    if (names.length === 1) {
      text = prosa.text('%(name)s está digitando', { name: names[0] });
    } else if (names.length === 2) {
      text = prosa.text('%(name)s e %(other)s estão digitando', { name: names[0], other: names[1] });
    } else if (names.length > 2) {
      text = prosa.texts('%(num)s pessoa está digitando', '%(num)s pessoas estão digitando', names.length);
    }
    this.element.textContent = text;
    this.element.className = text ? 'typing typing--shown' : 'typing';
  };

  prosa.TypingLine = TypingLine;
}(window.prosa = window.prosa || {}));

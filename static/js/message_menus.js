/* What a person may still do with their own messages: a small menu at each, for as long as the server allows it.

   parts: messages (the list), scroller, clock, timers, seconds (how long), userId. Emits `edit` and `delete` (the message's
   element, as all that is known of it here). */
(function (prosa) {
  'use strict';

  var WAYS = ['edit', 'delete'];
  var ESCAPE = 27;
  var GAP_PIXELS = 8;

  var part = prosa.partOf;
  var around = prosa.around;

  function MessageMenus(parts) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.canWrite = true;
    this.ahead = 0;
    this.timer = null;
    this.hear();
  }

  MessageMenus.prototype = new prosa.Emitter(null);
  MessageMenus.prototype.constructor = MessageMenus;

  MessageMenus.prototype.hear = function () {
    var self = this;
    this.parts.messages.addEventListener('click', function (event) {
      WAYS.forEach(function (name) {
        if (around(event.target, name)) {
          event.preventDefault();
          self.close();
          self.emit(name, around(event.target, 'message'));
        }
      });
    });
    this.parts.messages.addEventListener('keydown', function (event) {
      var menu = event.keyCode === ESCAPE ? around(event.target, 'menu') : null;
      if (menu && menu.open) {
        event.preventDefault();
        self.close();
        part(menu, 'more').focus();
      }
    });
    // It does not bubble, and can be caught on its way down.
    this.parts.messages.addEventListener('toggle', function (event) {
      if (event.target.open) {
        self.reveal(part(event.target, 'choices'));
      }
    }, true);
    document.addEventListener('click', function (event) {
      self.close(around(event.target, 'menu'));
    });
  };

  MessageMenus.prototype.reveal = function (choices) {
    var scroller = this.parts.scroller;
    var above = scroller.getBoundingClientRect().top + GAP_PIXELS - choices.getBoundingClientRect().top;
    if (above > 0) {
      scroller.scrollTop -= above;
    }
  };

  /* All menus are closed, but for `menu`. */
  MessageMenus.prototype.close = function (menu) {
    var open = this.parts.messages.querySelectorAll('[data-part=menu][open]');
    var i;
    for (i = 0; i < open.length; i += 1) {
      if (open[i] !== menu) {
        open[i].removeAttribute('open');
      }
    }
  };

  /* The server's clock says this now: that one counts. */
  MessageMenus.prototype.setClock = function (milliseconds) {
    this.ahead = milliseconds - this.parts.clock();
    this.refresh();
  };

  MessageMenus.prototype.allow = function (canWrite) {
    this.canWrite = canWrite;
    this.refresh();
  };

  /* How long the message may still be edited or deleted, in milliseconds; 0: no more. */
  MessageMenus.prototype.left = function (element) {
    var age = this.parts.clock() + this.ahead - Date.parse(element.getAttribute('data-timestamp'));
    var isOwn = element.getAttribute('data-author-id') === this.parts.userId;
    if (!this.canWrite || !isOwn || element.className.indexOf(' message--deleted') !== -1) {
      return 0;
    }
    return Math.max(0, this.parts.seconds * 1000 - age);
  };

  /* An attachment has no text to be written anew. */
  MessageMenus.prototype.mayEdit = function (element) {
    return this.left(element) > 0 && element.getAttribute('data-kind') === 'text';
  };

  /* The newest message that may be edited; null: none may. */
  MessageMenus.prototype.lastEditable = function () {
    var items = this.parts.messages.querySelectorAll('[data-part=message]');
    var i;
    for (i = items.length - 1; i >= 0; i -= 1) {
      if (this.mayEdit(items[i])) {
        return items[i];
      }
    }
    return null;
  };

  /* Every message has its menu or has it no more, and so again when the next one's time is over. */
  MessageMenus.prototype.refresh = function () {
    var self = this;
    var menus = this.parts.messages.querySelectorAll('[data-part=menu]');
    var next = 0;
    [].forEach.call(menus, function (menu) {
      var message = around(menu, 'message');
      var left = self.left(message);
      if (menu.hidden !== !left) {
        menu.hidden = !left;
      }
      if (left) {
        part(menu, 'edit').hidden = !self.mayEdit(message);
        next = next ? Math.min(next, left) : left;
      } else {
        menu.removeAttribute('open');
      }
    });
    this.timers.clear(this.timer);
    this.timer = next ? this.timers.set(function () {
      self.refresh();
    }, next) : null;
  };

  prosa.MessageMenus = MessageMenus;
}(window.prosa = window.prosa || {}));

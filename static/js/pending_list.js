/* What was said and has no place yet, below the messages; each under its client_id, once.

   parts: list (element), view, scroll, empty (element), timers, person {user, user_id}. */
(function (prosa) {
  'use strict';

  var ARRIVING_MS = 3000;

  function PendingList(parts) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.bubbles = {};
    this.hear();
  }

  PendingList.prototype = new prosa.Emitter(null);
  PendingList.prototype.constructor = PendingList;

  /* Emits `retry` and `discard` (client_id): a button of a failed one was pressed. */
  PendingList.prototype.hear = function () {
    var self = this;
    this.parts.list.addEventListener('click', function (event) {
      var button = event.target.getAttribute('data-part');
      var bubble = prosa.around(event.target, 'message');
      if (button === 'try-again') {
        self.emit('retry', bubble.getAttribute('data-client-id'));
      } else if (button === 'discard') {
        self.emit('discard', bubble.getAttribute('data-client-id'));
      }
    });
  };

  PendingList.prototype.has = function (clientId) {
    return Object.prototype.hasOwnProperty.call(this.bubbles, clientId);
  };

  PendingList.prototype.isEmpty = function () {
    return Object.keys(this.bubbles).length === 0;
  };

  /* Show a message that waits, or one that failed, at the end. */
  PendingList.prototype.show = function (message) {
    var bubble = this.parts.view.draw({
      client_id: message.client_id,
      conteudo: message.conteudo,
      kind: message.attachment ? 'attachment' : 'text',
      attachment: message.attachment,
      remetente: this.parts.person.user,
      remetente_id: this.parts.person.user_id
    });
    var old = this.bubbles[message.client_id];
    if (message.failed) {
      this.parts.view.fail(bubble, message.failed);
    }
    this.bubbles[message.client_id] = bubble;
    if (old) {
      this.parts.list.replaceChild(bubble, old);
    } else {
      this.parts.list.appendChild(bubble);
    }
    this.parts.empty.hidden = true;
    this.parts.scroll.toBottom();
  };

  PendingList.prototype.forget = function (clientId) {
    if (this.has(clientId)) {
      this.parts.list.removeChild(this.bubbles[clientId]);
      delete this.bubbles[clientId];
    }
  };

  /* Another tab had an answer for it. Most likely it is on its way here: it stays in sight until it arrives. */
  PendingList.prototype.release = function (clientId) {
    var self = this;
    var bubble = this.bubbles[clientId];
    this.timers.set(function () {
      if (self.bubbles[clientId] === bubble) {
        self.forget(clientId);
      }
    }, ARRIVING_MS);
  };

  prosa.PendingList = PendingList;
}(window.prosa = window.prosa || {}));

/* What edits and deletions make of the messages on the page, in the order of the log; and of messages that are not
   on it yet: a page of older ones may have been read before a change that is heard before it. */
(function (prosa) {
  'use strict';

  var MOST = 200;

  function Fold(view) {
    this.view = view;
    this.forget();
  }

  /* `change` is an entry of the kind `edit` or `delete`; `element` its target, if that is on the page. */
  Fold.prototype.hear = function (change, element) {
    if (element) {
      this.apply(change, element);
    } else {
      this.keep(change);
    }
  };

  /* A message has come onto the page: what was heard of it before counts. */
  Fold.prototype.meet = function (seq, element) {
    if (this.kept[seq]) {
      this.apply(this.kept[seq], element);
      delete this.kept[seq];
    }
  };

  /* The messages to come are newer than whatever was heard. */
  Fold.prototype.forget = function () {
    this.kept = {};
    this.order = [];
  };

  /* A deletion wins over every edit. */
  Fold.prototype.apply = function (change, element) {
    if (change.kind === 'delete') {
      this.view.erase(element);
    } else if (!this.view.isErased(element)) {
      this.view.edit(element, change.conteudo, change.timestamp);
    }
  };

  Fold.prototype.keep = function (change) {
    var known = this.kept[change.target];
    if (!known || known.kind !== 'delete') {
      this.kept[change.target] = change;
    }
    if (!known) {
      this.order.push(change.target);
      if (this.order.length > MOST) {
        delete this.kept[this.order.shift()];
      }
    }
  };

  prosa.Fold = Fold;
}(window.prosa = window.prosa || {}));

/* Editing and deleting one's own messages, from the menu to the place in the log.

   parts: menus, list, view, outbox, composer, drafts, lastSeq() of the room, box, scroller, editing, editingText, stop (elements of the
   bar above the box), deleting, deletingText, keep, confirm (of the question). What is asked for leaves through
   the outbox; until the log has it, the message says that it is being saved. What is being written is kept until then. */
(function (prosa) {
  'use strict';

  var ESCAPE = 27;
  var UP = 38;
  var GONE = prosa.text('A mensagem que você editava foi apagada.');
  var LATE = prosa.text('A mensagem que você editava não pode mais ser mudada.');
  var WORDS = { edit: prosa.text('salvando…'), 'delete': prosa.text('apagando…') };

  function Changes(parts) {
    this.parts = parts;
    this.edited = null;
    this.draft = null;
    this.asked = null;
    this.waiting = {};
    this.described = parts.box.getAttribute('aria-describedby');
    this.hearPerson();
    this.hearOutbox();
  }

  Changes.prototype.hearPerson = function () {
    var self = this;
    var parts = this.parts;
    parts.menus.on('edit', function (element) {
      self.edit(element);
    });
    parts.menus.on('delete', function (element) {
      self.ask(element);
    });
    parts.box.addEventListener('keydown', function (event) {
      var last;
      if (event.keyCode === ESCAPE && self.edited) {
        event.preventDefault();
        self.stop();
      } else if (event.keyCode === UP && !parts.box.value && !event.shiftKey && !event.isComposing) {
        last = parts.menus.lastEditable();
        if (last) {
          event.preventDefault();
          self.edit(last);
        }
      }
    });
    parts.stop.addEventListener('click', function () {
      self.stop();
    });
    parts.deleting.addEventListener('keydown', function (event) {
      if (event.keyCode === ESCAPE) {
        event.preventDefault();
        self.keep();
      }
    });
    parts.keep.addEventListener('click', function () {
      self.keep();
    });
    parts.confirm.addEventListener('click', function () {
      self.confirm();
    });
  };

  Changes.prototype.hearOutbox = function () {
    var self = this;
    var outbox = this.parts.outbox;
    outbox.on('changing', function (change) {
      self.waiting[change.client_id] = { kind: change.kind, target: change.target, seq: null };
      self.refresh();
    });
    outbox.on('changed', function (change, ack) {
      if (self.waiting[change.client_id]) {
        self.waiting[change.client_id].seq = ack.seq;
      }
      self.refresh();
    });
    outbox.on('refused', function (change, refusal) {
      self.forget(change.client_id);
      if (change.kind === 'edit') {
        self.parts.composer.giveBack(change.conteudo, refusal.message);
      } else {
        self.parts.composer.problem(refusal.message);
      }
    });
    outbox.on('gone', function (clientId) {
      self.forget(clientId);
    });
  };

  /* What the message says stands in the box, to be written anew; what stood there waits. */
  Changes.prototype.edit = function (element) {
    var self = this;
    var parts = this.parts;
    var text = parts.view.textOf(element);
    var seq = +element.getAttribute('data-seq');
    this.keep();
    this.stop(true);
    this.edited = element;
    this.draft = parts.drafts.of(seq);
    parts.view.highlight(element, true);
    parts.editingText.textContent = text;
    parts.editing.hidden = false;
    parts.box.setAttribute('aria-describedby', parts.editing.id + ' ' + this.described);
    parts.composer.lend(this.draft.load() || text, function (written) {
      self.draft.save(written === text ? '' : written);
    }, function (written) {
      self.stop();
      if (written !== text) {
        parts.outbox.change('edit', seq, written);
      }
    });
  };

  /* What was being written before the page was left, or broke down, is in the box again; where the message is not to be
     changed any more, among what is to be said. */
  Changes.prototype.resume = function () {
    var parts = this.parts;
    parts.drafts.begun().forEach(function (seq) {
      var draft = parts.drafts.of(seq);
      var element = parts.list.element(seq);
      if (element && parts.menus.mayEdit(element)) {
        if (!this.edited) {
          this.edit(element);
        }
      } else if ((element || seq < parts.list.firstSeq()) && draft.load()) {
        parts.composer.giveBack(draft.text, LATE);
        draft.save('');
      }
    }, this);
  };

  /* Another tab went on with it, or has ended it: the browser's storage event tells. */
  Changes.prototype.follow = function (event) {
    var text = this.edited && this.draft.follow(event, this.parts.box.value);
    if (text === '') {
      this.stop();
    } else if (text) {
      this.parts.composer.put(text);
    }
  };

  /* The message stays as it is, or has been sent on its way; for now, where what was written is kept. */
  Changes.prototype.stop = function (isKept) {
    if (this.edited) {
      this.parts.view.highlight(this.edited, false);
      this.edited = null;
      if (!isKept) {
        this.draft.save('');
      }
      this.parts.editing.hidden = true;
      this.parts.box.setAttribute('aria-describedby', this.described);
      this.parts.composer.reclaim();
    }
  };

  /* Whether it shall be deleted is to be said once more. */
  Changes.prototype.ask = function (element) {
    this.stop();
    this.keep();
    this.asked = element;
    this.parts.view.highlight(element, true);
    this.parts.deletingText.textContent = this.parts.view.textOf(element) || this.parts.view.fileOf(element);
    this.parts.deleting.hidden = false;
    this.parts.keep.focus();
  };

  Changes.prototype.keep = function () {
    var element = this.asked;
    if (element) {
      this.parts.view.highlight(this.asked, false);
      this.asked = null;
      this.parts.deleting.hidden = true;
      this.focus(element);
    }
  };

  /* Back where the question came from; where that is gone, to the messages. Not to the box: on a phone the keyboard
     would come up. */
  Changes.prototype.focus = function (element) {
    var more = element.querySelector('[data-part=more]');
    (more && more.offsetWidth ? more : this.parts.scroller).focus();
  };

  Changes.prototype.confirm = function () {
    var element = this.asked;
    this.keep();
    this.parts.scroller.focus();
    this.parts.outbox.change('delete', +element.getAttribute('data-seq'), '');
  };

  Changes.prototype.forget = function (clientId) {
    delete this.waiting[clientId];
    this.refresh();
  };

  /* The page shows the log as far as it has come, and what of ours is on its way. */
  Changes.prototype.refresh = function () {
    var parts = this.parts;
    var words = {};
    Object.keys(this.waiting).forEach(function (clientId) {
      var one = this.waiting[clientId];
      if (one.seq !== null && one.seq <= parts.lastSeq()) {
        delete this.waiting[clientId];
      } else {
        words[one.target] = WORDS[one.kind];
      }
    }, this);
    parts.list.items().forEach(function (element) {
      parts.view.say(element, words[element.getAttribute('data-seq')] || '');
    });
    parts.menus.refresh();
    this.leaveDeleted();
  };

  /* Somebody else, or this person in another tab, was faster. */
  Changes.prototype.leaveDeleted = function () {
    var written = this.parts.box.value;
    if (this.edited && this.parts.view.isErased(this.edited)) {
      this.stop();
      this.parts.composer.giveBack(written, GONE);
    }
    if (this.asked && this.parts.view.isErased(this.asked)) {
      this.keep();
    }
  };

  prosa.Changes = Changes;
}(window.prosa = window.prosa || {}));

/* Where one writes; counts where it gets long; says why one may not write.

   parts: files (tray.js, or null where the form itself takes the file), enterKey, form, box, send, count, problem, closed, closedReason (elements), limit (Unicode code points), drafts,
   say(text, files): they are safe once it returns. Emits `pressed` and `left`.
   The box can be lent: what is written then is no draft of this one, and nobody is told that somebody writes. */
(function (prosa) {
  'use strict';

  var SHOWN = 0.75;
  var NEAR = 0.9;
  var CLOSED = prosa.text('Esta conversa está fechada para novas mensagens.');

  /* As the server counts: a surrogate pair is one. */
  function codePoints(text) {
    return text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '_').length;
  }

  function Composer(parts, timers) {
    prosa.Emitter.call(this, timers);
    this.parts = parts;
    this.take = null;
    this.keep = null;
    this.draft = '';
    this.canWrite = !parts.box.disabled;
    this.hear();
    this.parts.box.value = this.parts.box.value || this.parts.drafts.load();
    this.open();
  }

  Composer.prototype = new prosa.Emitter(null);
  Composer.prototype.constructor = Composer;

  Composer.prototype.hear = function () {
    var self = this;
    this.parts.form.addEventListener('submit', function (event) {
      if (!self.parts.files && self.parts.plainFile.value) {
        return;
      }
      event.preventDefault();
      self.submit();
    });
    this.parts.box.addEventListener('keydown', function (event) {
      if (self.parts.enterKey.sends(event)) {
        event.preventDefault();
        self.submit();
      }
    });
    this.parts.box.addEventListener('input', function () {
      self.forgo();
      self.changed();
      if (self.text() && !self.take) {
        self.emit('pressed');
      } else {
        self.emit('left');
      }
    });
    this.parts.box.addEventListener('blur', function () {
      self.emit('left');
    });
  };

  /* As the server keeps it. */
  Composer.prototype.text = function () {
    return this.parts.box.value.replace(/\r\n?/g, '\n').trim();
  };

  Composer.prototype.submit = function () {
    var text = this.text();
    if (this.isBlank(text) || !this.canWrite) {
      if (this.take && this.canWrite) {
        this.problem(prosa.text('Para retirar a mensagem, use Apagar.'));
      }
      return;
    }
    if (codePoints(text) > this.parts.limit) {
      this.problem(prosa.texts('A mensagem passa de %(num)s caractere. Encurte-a para enviar.',
        'A mensagem passa de %(num)s caracteres. Encurte-a para enviar.', this.parts.limit));
      return;
    }
    this.problem('');
    if (this.take) {
      this.take(text);
    } else if (this.hasFiles() && this.parts.files.isBusy()) {
      this.parts.files.want();
    } else {
      this.parts.say(text, this.hasFiles() ? this.parts.files.take() : []);
      this.put('');
    }
    this.parts.box.focus();
  };

  /* `text` stands in the box until it is reclaimed; whatever is made of it goes to keep(text), and at last to take(text). */
  Composer.prototype.lend = function (text, keep, take) {
    this.draft = this.written();
    this.take = take;
    this.keep = keep;
    this.forgo();
    this.put(text);
    this.parts.box.focus();
    this.parts.box.setSelectionRange(text.length, text.length);
  };

  Composer.prototype.reclaim = function () {
    this.take = null;
    this.put(this.draft);
    this.parts.box.focus();
  };

  /* What is to be said and was not yet. */
  Composer.prototype.written = function () {
    return this.take ? this.draft : this.parts.box.value;
  };

  Composer.prototype.rewrite = function (text) {
    if (this.take) {
      this.draft = text;
      this.parts.drafts.save(text);
    } else {
      this.put(text);
    }
  };

  Composer.prototype.put = function (text) {
    this.parts.box.value = text;
    this.changed();
    this.open();
  };

  /* Another tab wrote it: it is kept already. */
  Composer.prototype.adopt = function (text) {
    this.rewrite(text);
  };

  Composer.prototype.changed = function () {
    if (this.take) {
      this.keep(this.parts.box.value);
    } else {
      this.parts.drafts.save(this.parts.box.value);
    }
    this.count();
  };

  /* Files wait while the box is lent. */
  Composer.prototype.hasFiles = function () {
    return Boolean(this.parts.files) && !this.take && !this.parts.files.isEmpty();
  };

  Composer.prototype.isBlank = function (text) {
    return !text && !this.hasFiles();
  };

  Composer.prototype.count = function () {
    var length = codePoints(this.text());
    var limit = this.parts.limit;
    var tone = length > limit ? ' composer__count--over' : '';
    if (!tone && length > limit * NEAR) {
      tone = ' composer__count--near';
    }
    this.parts.count.textContent = length > limit * SHOWN ? prosa.number(length) + '/' + prosa.number(limit) : '';
    this.parts.count.className = 'composer__count' + tone;
    this.parts.send.disabled = this.isBlank(this.text()) || !this.canWrite;
    this.grow();
  };

  Composer.prototype.grow = function () {
    this.parts.box.style.height = 'auto';
    this.parts.box.style.height = this.parts.box.scrollHeight + 2 + 'px';
  };

  /* What was to be sent later is not any more. */
  Composer.prototype.forgo = function () {
    this.problem('');
    if (this.parts.files) {
      this.parts.files.forgo();
    }
  };

  Composer.prototype.problem = function (text) {
    this.parts.problem.textContent = text;
    this.parts.problem.hidden = !text;
  };

  /* A text comes back, before whatever has been written since. */
  Composer.prototype.giveBack = function (text, reason) {
    var written = this.written();
    this.rewrite([text, written].filter(Boolean).join('\n'));
    this.problem(reason);
  };

  /* `reason` is shown where one may not write. What is in the box stays in sight, to be copied. */
  Composer.prototype.allow = function (canWrite, reason) {
    this.canWrite = canWrite;
    this.parts.closed.hidden = canWrite;
    this.parts.closedReason.textContent = canWrite ? '' : reason || CLOSED;
    this.open();
  };

  Composer.prototype.open = function () {
    this.parts.form.hidden = !this.canWrite && !this.parts.box.value && (!this.parts.files || this.parts.files.isEmpty());
    this.parts.plainFile.disabled = !this.canWrite;
    this.parts.attach.disabled = !this.canWrite;
    this.parts.box.disabled = false;
    this.parts.box.readOnly = !this.canWrite;
    this.count();
  };

  prosa.Composer = Composer;
}(window.prosa = window.prosa || {}));

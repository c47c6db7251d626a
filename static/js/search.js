/* The field in which one looks for messages: asks while one types, and says what became of it.

   parts: opener, panel, form, field, close, state, more (elements), results, timers,
   ask(data, done): search_messages of the room, or of all of them. Emits `asked` (text) and
   `chosen` (event, link). */
(function (prosa) {
  'use strict';

  var PAUSE_MS = 300;
  var AGAIN_MS = 2000;
  var ESCAPE = 27;
  function Search(parts) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.asked = 0;
    this.typed = '';
    this.next = null;
    this.timer = null;
    this.hear();
  }

  Search.prototype = new prosa.Emitter(null);
  Search.prototype.constructor = Search;

  Search.prototype.hear = function () {
    var self = this;
    var parts = this.parts;
    parts.opener.setAttribute('role', 'button');
    parts.opener.setAttribute('aria-controls', parts.panel.id);
    parts.opener.setAttribute('aria-expanded', 'false');
    parts.opener.addEventListener('click', function (event) {
      event.preventDefault();
      self.open(parts.panel.hidden);
    });
    parts.close.addEventListener('click', function () {
      self.open(false);
    });
    parts.panel.addEventListener('keydown', function (event) {
      if (event.keyCode === ESCAPE) {
        event.preventDefault();
        self.open(false);
      }
    });
    parts.panel.addEventListener('click', function (event) {
      var link = prosa.around(event.target, 'result-link');
      if (link) {
        self.emit('chosen', event, link);
      }
    });
    parts.form.addEventListener('submit', function (event) {
      event.preventDefault();
      self.search();
    });
    parts.field.addEventListener('input', function () {
      self.timers.clear(self.timer);
      self.timer = self.timers.set(function () {
        self.search();
      }, PAUSE_MS);
    });
    parts.more.addEventListener('click', function () {
      self.ask(self.next);
    });
  };

  /* The panel is open or closed, and the keyboard where it is wanted. */
  Search.prototype.open = function (isOpen) {
    this.parts.panel.hidden = !isOpen;
    this.parts.opener.setAttribute('aria-expanded', isOpen ? 'true' : 'false');
    (isOpen ? this.parts.field : this.parts.opener).focus();
  };

  /* What stands in the field is looked for, unless it has been. */
  Search.prototype.search = function () {
    var typed = this.parts.field.value;
    this.timers.clear(this.timer);
    if (typed === this.typed) {
      return;
    }
    this.typed = typed;
    if (/\S/.test(typed)) {
      this.ask(null);
    } else {
      this.asked += 1;
      this.show([], null, '');
    }
  };

  /* Ask for the first page, or for the one after `before`; an answer that another question has overtaken is for nobody. */
  Search.prototype.ask = function (before) {
    var self = this;
    var number = this.asked + 1;
    var data = { q: this.typed };
    this.asked = number;
    this.timers.clear(this.timer);
    if (before) {
      data.before = before;
    }
    this.emit('asked', this.typed);
    this.say(prosa.text('Buscando…'));
    this.parts.more.hidden = true;
    this.parts.ask(data, function (refusal, answer) {
      if (number !== self.asked) {
        return;
      }
      if (refusal) {
        self.refused(refusal, before);
      } else {
        self.answered(answer, before);
      }
    });
  };

  Search.prototype.refused = function (refusal, before) {
    var self = this;
    this.say(refusal.message || prosa.text('Sem conexão agora. A busca continua quando ela voltar.'));
    if (refusal.code === 'closed' || refusal.retryable) {
      this.timer = this.timers.set(function () {
        self.ask(before);
      }, refusal.retry_after_ms || AGAIN_MS);
    }
  };

  Search.prototype.answered = function (answer, before) {
    var rows = answer.results;
    var count = rows.length + (before ? this.parts.results.count() : 0);
    var text = prosa.text('Nenhuma mensagem encontrada. Confira as palavras, ou tente outras.');
    if (answer.next) {
      text = prosa.texts('A mensagem mais recente.', 'As %(num)s mensagens mais recentes.', count);
    } else if (count) {
      text = prosa.texts('%(num)s mensagem encontrada.', '%(num)s mensagens encontradas.', count);
    }
    if (!answer.whole) {
      text += ' ' + prosa.text('Mensagens antigas ainda estão sendo preparadas para a busca. Busque de novo em instantes.');
    }
    this.show(rows, before, text);
    this.next = answer.next;
    this.parts.more.hidden = !answer.next;
  };

  Search.prototype.show = function (rows, before, text) {
    var first;
    if (!before) {
      this.parts.results.clear();
    }
    first = this.parts.results.add(rows);
    if (before && first) {
      first.focus();
    }
    this.parts.more.hidden = true;
    this.say(text);
  };

  Search.prototype.say = function (text) {
    this.parts.state.textContent = text;
  };

  prosa.Search = Search;
}(window.prosa = window.prosa || {}));

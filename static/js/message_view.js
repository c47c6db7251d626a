/* One message on the page: a copy of the blank one that the server drew, filled. */
(function (prosa) {
  'use strict';

  var DELETED = prosa.text('Mensagem apagada');
  var WAYS = { edit: '/editar/?mensagem=', 'delete': '/apagar/?mensagem=' };
  var TICKS = {
    waiting: [prosa.text('enviando…'), prosa.text('Enviando')],
    failed: ['!', prosa.text('Não enviada')],
    sent: ['✓', prosa.text('Enviada')],
    delivered: ['✓✓', prosa.text('Entregue')],
    read: ['✓✓', prosa.text('Lida')]
  };

  var part = prosa.partOf;

  function mark(element, name, isMarked) {
    element.className = element.className.replace(' ' + name, '') + (isMarked ? ' ' + name : '');
  }

  /* `blank` is templates/components/message.html with nothing in it. */
  function MessageView(blank, userId, moments) {
    this.blank = blank;
    this.userId = userId;
    this.moments = moments;
  }

  MessageView.prototype.draw = function (entry) {
    var element = this.blank.cloneNode(true);
    this.paint(element, entry);
    return element;
  };

  MessageView.prototype.paint = function (element, entry) {
    var isOwn = entry.remetente_id === this.userId;
    var time = part(element, 'time');
    element.className = 'message' + (isOwn ? ' message--own' : '') + (entry.kind === 'system' ? ' message--system' : '');
    element.setAttribute('data-client-id', entry.client_id || '');
    element.setAttribute('data-kind', entry.kind);
    element.setAttribute('data-author-id', entry.remetente_id);
    if (part(element, 'attachment')) {
      prosa.fillAttachment(part(element, 'attachment'), entry.deleted ? null : entry.attachment);
    }
    part(element, 'author').textContent = isOwn ? prosa.text('Você') : entry.remetente;
    if (entry.deleted) {
      this.erase(element);
    } else {
      this.edit(element, entry.conteudo, entry.edited_at);
    }
    if (entry.seq) {
      element.id = 'm' + entry.seq;
      element.setAttribute('data-id', entry.id);
      element.setAttribute('data-seq', entry.seq);
      element.setAttribute('data-day', entry.data_envio.slice(0, 10));
      element.setAttribute('data-timestamp', entry.timestamp);
      this.lead(element, entry);
      time.setAttribute('datetime', entry.timestamp);
      time.title = this.moments.full(entry.data_envio);
      time.textContent = this.moments.hourOf(entry.data_envio);
    }
    if (isOwn) {
      this.tick(element, entry.seq ? 'sent' : 'waiting');
    }
  };

  /* Its menu's ways, where it has one: also where a script cannot take them over. */
  MessageView.prototype.lead = function (element, entry) {
    ['edit', 'delete'].forEach(function (name) {
      var way = part(element, name);
      if (way) {
        way.setAttribute('href', '/chat/' + entry.chat_id + WAYS[name] + entry.seq);
      }
    });
  };

  /* What it says now; and since when, if that is not what it first said. */
  MessageView.prototype.edit = function (element, conteudo, editedAt) {
    var edited = part(element, 'edited');
    prosa.fillText(part(element, 'text'), conteudo);
    mark(element, 'message--emoji', prosa.isEmoji(conteudo));
    mark(element, 'message--deleted', false);
    edited.hidden = !editedAt;
    if (editedAt) {
      edited.title = this.moments.moment(Date.parse(editedAt));
      part(element, 'edited-when').textContent = ' ' + prosa.text('em %(moment)s', { moment: edited.title });
    }
  };

  /* It says nothing any more, and keeps its place. */
  MessageView.prototype.erase = function (element) {
    var file = part(element, 'attachment');
    this.edit(element, DELETED, null);
    mark(element, 'message--deleted', true);
    if (file) {
      prosa.fillAttachment(file, null);
    }
  };

  MessageView.prototype.isErased = function (element) {
    return element.className.indexOf(' message--deleted') !== -1;
  };

  MessageView.prototype.textOf = function (element) {
    return part(element, 'text').textContent;
  };

  /* What its file is called; empty where it has none. */
  MessageView.prototype.fileOf = function (element) {
    var name = part(element, 'attachment-name');
    var image = part(element, 'attachment-image');
    return (name && name.textContent) || (image ? image.getAttribute('alt') : '');
  };

  /* Something is being asked about it. */
  MessageView.prototype.highlight = function (element, isHighlighted) {
    mark(element, 'message--chosen', isHighlighted);
  };

  /* What is being done with it; empty: nothing. Messages that nothing can be done with have no place for that. */
  MessageView.prototype.say = function (element, words) {
    var changing = part(element, 'changing');
    if (changing && changing.textContent !== words) {
      changing.textContent = words;
      changing.hidden = !words;
    }
  };

  /* state: waiting, failed, sent, delivered or read. */
  MessageView.prototype.tick = function (element, state) {
    var ticks = part(element, 'ticks');
    if (element.getAttribute('data-state') === state) {
      return;
    }
    element.setAttribute('data-state', state);
    ticks.className = 'message__ticks message__ticks--' + state;
    ticks.title = TICKS[state][1];
    part(element, 'tick-mark').textContent = TICKS[state][0];
    part(element, 'tick-word').textContent = ' ' + TICKS[state][1];
  };

  /* The server will not have it: why, and what the person may do. */
  MessageView.prototype.fail = function (element, failed) {
    this.tick(element, 'failed');
    part(element, 'failed-reason').textContent = failed.message || '';
    if (!prosa.isWorthTrying(failed)) {
      part(element, 'try-again').textContent = prosa.text('Editar');
    }
    part(element, 'failed').hidden = false;
  };

  prosa.MessageView = MessageView;
}(window.prosa = window.prosa || {}));

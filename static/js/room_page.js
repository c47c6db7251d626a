/* The room page: builds its parts from what the server drew, and ties them together. */
(function (prosa) {
  'use strict';

  var GONE = {
    removed: 'Você não participa mais desta conversa.',
    deleted: 'Esta conversa foi encerrada.'
  };

  function build() {
    var page = prosa.pageData();
    var parts = { page: page, connection: prosa.makeConnection(page), statusLine: prosa.makeStatusLine(page) };
    var blanks = prosa.part('blanks');
    function blank(name) {
      return blanks.querySelector('[data-part=' + name + ']');
    }
    parts.moments = new prosa.Moments(prosa.clock);
    parts.attention = new prosa.Attention(document);
    parts.clientIds = new prosa.ClientIds(window.crypto, Math.random);
    parts.room = new prosa.Room({
      connection: parts.connection,
      timers: prosa.timers,
      chatId: page.chat_id,
      epoch: page.epoch,
      topSeq: page.top_seq
    });
    parts.outbox = new prosa.Outbox(function (message, done) {
      parts.room.send(message, done);
    }, prosa.timers);
    parts.scroll = new prosa.Scroll(prosa.part('scroller'), prosa.part('log-inner'));
    parts.cursors = new prosa.Cursors({
      connection: parts.connection,
      timers: prosa.timers,
      chatId: page.chat_id,
      userId: page.user_id,
      isSeen: function () {
        return parts.attention.isHere() && parts.scroll.isAtBottom();
      }
    });
    parts.list = new prosa.MessageList({
      messages: prosa.part('messages'),
      pending: prosa.part('pending'),
      empty: prosa.part('empty'),
      blankDay: blank('day'),
      view: new prosa.MessageView(blank('message'), page.user_id),
      scroll: parts.scroll,
      moments: parts.moments,
      stateOf: function (seq) {
        return parts.cursors.stateOf(seq);
      }
    });
    parts.composer = new prosa.Composer({
      form: prosa.part('composer'),
      box: prosa.part('text-box'),
      send: prosa.part('send'),
      count: prosa.part('count'),
      problem: prosa.part('problem'),
      closed: prosa.part('closed'),
      closedReason: prosa.part('closed-reason'),
      limit: page.limits.conteudo
    }, prosa.timers);
    parts.typing = new prosa.Typing(function (event) {
      parts.room.say(event);
    }, prosa.timers, prosa.clock);
    parts.typingLine = new prosa.TypingLine(prosa.part('typing'), prosa.timers);
    parts.presence = new prosa.Presence(prosa.part('presence'), page.user_id, parts.moments);
    parts.deal = new prosa.Deal({
      list: prosa.part('deal'),
      row: blank('deal-row'),
      members: prosa.part('members'),
      member: blank('member')
    }, page.user_id);
    parts.toasts = new prosa.Toasts(prosa.part('toasts'), blank('toast'),
      prosa.part('rooms-link').getAttribute('href'), prosa.timers);
    return parts;
  }

  function showRoom(parts, room) {
    prosa.part('title').textContent = room.title;
    prosa.part('people').textContent = prosa.namesOf(room.members, parts.page.user_id);
    parts.attention.rename(room.title);
    parts.composer.allow(room.can_write, room.reason);
    parts.deal.show(room);
    parts.presence.setPeople(room.members);
  }

  /* Somebody said something that may be out of sight. */
  function noticeEntry(parts, entry) {
    var isOwn = entry.remetente_id === parts.page.user_id;
    parts.typingLine.forget(entry.remetente_id);
    if (!isOwn && !parts.attention.isHere()) {
      parts.attention.miss();
    }
    prosa.part('down').hidden = isOwn || parts.scroll.isAtBottom();
  }

  function hearRoom(parts) {
    var room = parts.room;
    room.on('joining', function () {
      parts.statusLine.show('joining');
    });
    room.on('recovered', function (entries) {
      parts.list.place(entries);
    });
    room.on('replaced', function (entries, isVoid) {
      if (isVoid) {
        parts.list.clear();
        prosa.part('older').hidden = !entries.length || entries[0].seq === 1;
      }
      parts.list.place(entries);
    });
    room.on('entry', function (entry) {
      parts.list.place([entry]);
      parts.cursors.keep(entry.seq);
      noticeEntry(parts, entry);
    });
    room.on('joined', function (ack) {
      parts.statusLine.show('joined');
      parts.presence.start(ack.online);
      parts.cursors.restart();
      ack.cursors.forEach(parts.cursors.hear, parts.cursors);
      parts.cursors.keep(ack.top_seq);
      parts.outbox.resume();
    });
    room.on('room', function (data) {
      showRoom(parts, data);
    });
    room.on('gone', function (reason) {
      parts.outbox.pause();
      parts.composer.allow(false, GONE[reason] || GONE.removed);
      parts.statusLine.end(GONE[reason] || GONE.removed);
    });
    room.on('cursors', function (cursor) {
      parts.cursors.hear(cursor);
    });
    room.on('user_typing', function (data) {
      parts.typingLine.hear(data);
    });
    room.on('user_joined', function (data) {
      parts.presence.set(data.user_id, true);
    });
    room.on('user_left', function (data) {
      parts.typingLine.forget(data.user_id);
    });
    parts.cursors.on('moved', function () {
      parts.list.tick();
    });
  }

  function hearConnection(parts) {
    var connection = parts.connection;
    connection.on('state', function (state) {
      parts.statusLine.show(state);
    });
    connection.on('down', function () {
      parts.outbox.pause();
      parts.typing.forget();
      parts.typingLine.clear();
      parts.presence.forget();
    });
    connection.on('presence', function (data) {
      parts.presence.set(data.user_id, data.online, data.last_seen);
    });
    connection.on('new_notification', function (data) {
      if (data.chat_id !== parts.page.chat_id) {
        parts.toasts.show(data);
        if (!parts.attention.isHere()) {
          parts.attention.miss();
        }
      }
    });
  }

  function hearComposer(parts) {
    parts.composer.on('text', function (text) {
      var message = {
        client_id: parts.clientIds.next(),
        conteudo: text,
        kind: 'text',
        remetente: parts.page.user,
        remetente_id: parts.page.user_id
      };
      parts.typing.forget();
      parts.list.expect(message);
      parts.outbox.put(message);
    });
    parts.composer.on('pressed', function () {
      parts.typing.pressed();
    });
    parts.composer.on('left', function () {
      parts.typing.stop();
    });
    parts.outbox.on('sent', function (message, ack) {
      parts.list.place([{
        id: ack.id,
        chat_id: ack.chat_id,
        seq: ack.seq,
        kind: message.kind,
        client_id: ack.client_id,
        conteudo: message.conteudo,
        remetente: message.remetente,
        remetente_id: message.remetente_id,
        data_envio: ack.data_envio,
        timestamp: ack.timestamp
      }]);
    });
    parts.outbox.on('returned', function (messages, refusal) {
      parts.composer.giveBack(messages.map(function (message) {
        parts.list.forget(message.client_id);
        return message.conteudo;
      }).join('\n'), refusal.reason || refusal.message);
    });
  }

  function hearPage(parts) {
    var older = prosa.part('older');
    var down = prosa.part('down');
    var isAsking = false;
    function seen() {
      if (parts.attention.isHere()) {
        parts.attention.clear();
        parts.cursors.mark();
      }
    }
    older.addEventListener('click', function (event) {
      event.preventDefault();
      if (isAsking) {
        return;
      }
      isAsking = true;
      parts.room.history(parts.list.firstSeq(), function (refusal, page) {
        isAsking = false;
        if (!refusal) {
          parts.list.place(page.messages);
          older.hidden = !page.more;
        }
      });
    });
    down.addEventListener('click', function () {
      parts.scroll.toBottom();
    });
    prosa.part('scroller').addEventListener('scroll', function () {
      if (parts.scroll.isAtBottom()) {
        down.hidden = true;
        parts.cursors.mark();
      }
    });
    window.addEventListener('focus', seen);
    document.addEventListener('visibilitychange', seen);
  }

  function start() {
    var parts = build();
    hearRoom(parts);
    hearConnection(parts);
    hearComposer(parts);
    hearPage(parts);
    prosa.part('plain').hidden = true;
    prosa.part('foot').hidden = false;
    parts.scroll.toBottom();
    prosa.wakeOften(parts.connection, parts.statusLine);
    parts.connection.connect();
  }

  start();
}(window.prosa = window.prosa || {}));

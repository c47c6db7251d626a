/* The room page: who hears of what. Its parts are built in room_parts.js. */
(function (prosa) {
  'use strict';

  var PREVIEW = 120;
  var ESCAPE = 27;
  var GONE = {
    removed: prosa.text('Você não participa mais desta conversa.'),
    deleted: prosa.text('Esta conversa foi encerrada.')
  };

  function showRoom(parts, room) {
    prosa.part('title').textContent = room.title;
    prosa.part('people').textContent = prosa.namesOf(room.members, parts.page.user_id);
    prosa.part('role').textContent = prosa.roleOf(room.members, parts.page.user_id);
    parts.attention.rename(prosa.isolated(room.title));
    parts.composer.allow(room.can_write, room.reason);
    parts.menus.allow(room.can_write);
    parts.deal.show(room);
    parts.presence.setPeople(room.members);
  }

  /* The room's row says what was said last, also where that has been edited or deleted. */
  function sayInList(parts, entries) {
    var last = entries.filter(function (entry) {
      return entry.target === undefined;
    });
    if (last.length) {
      parts.feed.say(last[last.length - 1]);
    }
    if (last.length < entries.length) {
      parts.feed.askSoon();
    }
  }

  /* What is in the log has arrived, also where its acknowledgement has not. */
  function place(parts, entries) {
    entries.forEach(function (entry) {
      if (entry.remetente_id === parts.page.user_id) {
        parts.outbox.settle(entry.client_id);
      }
    });
    parts.list.place(parts.window.admit(entries));
    parts.window.lighten();
    parts.changes.refresh();
    sayInList(parts, entries);
  }

  /* Whoever has read everything and looks away finds what came meanwhile below a line. */
  function markUnread(parts, entry) {
    var isNew = entry.remetente_id !== parts.page.user_id && !parts.attention.isHere();
    if (isNew && !parts.isAway && parts.cursors.read >= parts.list.lastSeq()) {
      parts.list.markUnread(entry.seq - 1);
    }
    parts.isAway = parts.isAway || isNew;
  }

  /* How many messages wait in this room, as far as the page shows them. */
  function countUnread(parts) {
    var counts = {};
    counts[parts.page.chat_id] = parts.list.countAfter(parts.cursors.read);
    return counts;
  }

  /* Somebody said something that may be out of sight. */
  function noticeEntry(parts, entry) {
    var isOwn = entry.remetente_id === parts.page.user_id;
    parts.typingLine.forget(entry.remetente_id);
    if (!isOwn) {
      parts.alerts.news({
        chat_id: entry.chat_id,
        seq: entry.seq,
        from: entry.remetente,
        text: prosa.said(entry).slice(0, PREVIEW),
        unread: parts.list.countAfter(parts.cursors.read)
      });
    }
    parts.down.show();
  }

  function end(parts, reason) {
    var text = GONE[reason] || GONE.removed;
    parts.outbox.giveBack({ code: reason, message: text });
    parts.outbox.pause();
    parts.composer.allow(false, text);
    parts.menus.allow(false);
    parts.presence.forget();
    parts.statusLine.end(text);
  }

  function hearRoom(parts) {
    var room = parts.room;
    room.on('joining', function () {
      parts.statusLine.show('joining');
    });
    room.on('recovered', function (entries) {
      place(parts, entries);
    });
    room.on('replaced', function (entries, isVoid) {
      if (isVoid) {
        parts.list.clear();
        parts.window.reset();
        prosa.part('older').hidden = !entries.length || entries[0].seq === 1;
      }
      place(parts, entries);
    });
    room.on('entry', function (entry) {
      var isNews = entry.target === undefined;
      if (isNews) {
        markUnread(parts, entry);
      }
      place(parts, [entry]);
      parts.cursors.keep(entry.seq);
      if (isNews) {
        noticeEntry(parts, entry);
      }
    });
    room.on('joined', function (ack) {
      parts.statusLine.show('joined');
      parts.presence.start(ack.online, ack.last_seen);
      parts.cursors.restart();
      ack.cursors.forEach(parts.cursors.hear, parts.cursors);
      parts.cursors.keep(ack.top_seq);
      parts.outbox.resume();
    });
    room.on('room', function (data) {
      showRoom(parts, data);
    });
    room.on('gone', function (reason) {
      end(parts, reason);
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
    parts.cursors.on('read', function () {
      parts.alerts.read(countUnread(parts));
    });
    parts.feed.on('answered', function () {
      parts.alerts.read(countUnread(parts));
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
    connection.on('welcome', function (welcome) {
      parts.menus.setClock(Date.parse(welcome.server_time));
    });
    connection.on('down', function () {
      parts.outbox.pause();
      parts.typing.forget();
      parts.typingLine.clear();
      parts.presence.forget();
    });
    connection.on('strangers', function () {
      parts.outbox.wipe();
      parts.drafts.wipe();
    });
    connection.on('presence', function (data) {
      parts.presence.set(data.user_id, data.online, data.last_seen);
    });
    connection.on('new_notification', function (data) {
      if (data.chat_id !== parts.page.chat_id) {
        parts.toasts.show(data, parts.feed.titleOf(data.chat_id));
      }
    });
  }

  function hearPage(parts) {
    function seen() {
      if (parts.attention.isHere()) {
        parts.isAway = false;
        parts.cursors.mark();
        parts.down.show();
      }
    }
    prosa.part('scroller').addEventListener('scroll', function () {
      parts.down.show();
      parts.cursors.mark();
    });
    window.addEventListener('focus', seen);
    window.addEventListener('resize', function () {
      parts.feed.refresh();
      parts.composer.grow();
    });
    document.addEventListener('visibilitychange', seen);
    /* The way back leads to where one came from, not to the details again. */
    prosa.part('details-close').addEventListener('click', function (event) {
      event.preventDefault();
      window.location.replace('#ver-detalhes');
    });
    document.addEventListener('keydown', function (event) {
      if (event.keyCode === ESCAPE && !event.defaultPrevented && prosa.part('details-close').offsetWidth) {
        window.location.replace('#ver-detalhes');
      }
    });
  }

  /* Other tabs write beside us; and what only this page holds is not left without a word. */
  function hearBrowser(parts) {
    window.addEventListener('storage', function (event) {
      var text;
      if (event.key === null || /^prosa:(outbox|changes|lease):/.test(event.key)) {
        parts.outbox.changed();
      }
      parts.changes.follow(event);
      text = parts.drafts.follow(event, parts.composer.written());
      if (text !== null) {
        parts.composer.adopt(text);
      }
    });
    window.addEventListener('pagehide', function () {
      parts.outbox.pause();
    });
    window.addEventListener('beforeunload', function (event) {
      if (parts.store.isAtRisk() || (parts.tray && !parts.tray.isEmpty())) {
        event.preventDefault();
        event.returnValue = prosa.text('Há mensagens que ainda não foram enviadas.');
        return event.returnValue;
      }
    });
  }

  function start() {
    var parts = prosa.makeRoomParts();
    hearRoom(parts);
    hearConnection(parts);
    prosa.hearOutbox(parts);
    hearPage(parts);
    hearBrowser(parts);
    prosa.hearWindow(parts);
    prosa.part('plain').hidden = true;
    prosa.part('foot').hidden = false;
    parts.list.ownIds().forEach(parts.outbox.settle, parts.outbox);
    parts.outbox.refresh();
    parts.changes.resume();
    parts.scroll.toBottom();
    if (!parts.window.mark(parts.page.em) && parts.list.unreadLine()) {
      parts.scroll.reveal(parts.list.unreadLine());
    }
    parts.down.show();
    prosa.fitAboveKeyboard({
      view: window.visualViewport,
      page: document.body,
      windowHeight: function () {
        return window.innerHeight;
      },
      scrollToTop: function () {
        window.scrollTo(0, 0);
      }
    });
    prosa.wakeOften(parts.connection, parts.statusLine);
    prosa.whenSockJS(function () {
      parts.connection.connect();
    });
  }

  start();
}(window.prosa = window.prosa || {}));

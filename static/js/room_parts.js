/* What the room page consists of, built on what the server drew; room_page.js ties it together. */
(function (prosa) {
  'use strict';

  var blanks = prosa.part('blanks');

  function blank(name) {
    return prosa.partOf(blanks, name);
  }

  /* The messages, and how they are shown. */
  function makeLog(parts) {
    var page = parts.page;
    var view = new prosa.MessageView(blank('message'), page.user_id, parts.moments);
    parts.scroll = new prosa.Scroll(prosa.part('scroller'), prosa.part('log-inner'));
    parts.pending = new prosa.PendingList({
      list: prosa.part('pending'),
      view: view,
      scroll: parts.scroll,
      empty: prosa.part('empty'),
      timers: prosa.timers,
      person: page
    });
    parts.list = new prosa.MessageList({
      messages: prosa.part('messages'),
      pending: parts.pending,
      empty: prosa.part('empty'),
      blankDay: blank('day'),
      blankUnread: blank('unread'),
      older: prosa.part('older'),
      unreadAfter: page.unread_after,
      view: view,
      fold: new prosa.Fold(view),
      scroll: parts.scroll,
      moments: parts.moments,
      stateOf: function (seq) {
        return parts.cursors.stateOf(seq);
      }
    });
  }

  function makeDown(parts) {
    parts.down = new prosa.Down({
      button: prosa.part('down'),
      words: prosa.part('down-text'),
      scroll: parts.scroll,
      list: parts.list,
      window: parts.window,
      readSeq: function () {
        return Math.max(parts.cursors.read, parts.seenSeq());
      }
    });
  }

  /* The files that go with it. */
  function makeTray(parts) {
    var page = parts.page;
    function newChunks(file) {
      return new prosa.UploadChunks({ connection: parts.connection, timers: prosa.timers, chatId: page.chat_id }, file);
    }
    return new prosa.Tray({
      area: prosa.part('tray'),
      blank: blank('tile'),
      rest: prosa.part('attach'),
      limitBytes: page.limits.attachment_bytes,
      problem: function (text) {
        parts.composer.problem(text);
      },
      drop: function (attachment) {
        parts.connection.say('upload_cancel', { upload_id: attachment.id });
      },
      newUpload: function (file) {
        return new prosa.Upload({
          url: '/chat/' + page.chat_id + '/anexos/',
          token: prosa.part('composer').querySelector('[name=_xsrf]').value,
          newChunks: newChunks,
          newRequest: function () {
            return new window.XMLHttpRequest();
          },
          timers: prosa.timers
        }, file);
      }
    }, prosa.timers);
  }

  function hearTray(parts) {
    if (!parts.tray) {
      return;
    }
    parts.tray.on('changed', function () {
      parts.composer.open();
    });
    parts.tray.on('ready', function () {
      parts.composer.submit();
    });
    prosa.hearFiles({
      tray: parts.tray,
      button: prosa.part('attach'),
      input: prosa.part('file-input'),
      line: prosa.part('file-line'),
      box: prosa.part('text-box'),
      area: prosa.part('composer-area')
    });
  }

  /* What the person writes, from the box to the acknowledgement. */
  function makeOutbox(parts) {
    var page = parts.page;
    var kept = prosa.localStorage();
    var clientIds = prosa.makeClientIds();
    function newId() {
      return clientIds.next();
    }
    parts.store = new prosa.OutboxStore(kept, prosa.clock, page.user_id, page.chat_id);
    parts.drafts = new prosa.Drafts(prosa.sessionStorage(), kept, page.user_id, page.chat_id);
    parts.outbox = new prosa.Outbox({
      store: parts.store,
      lease: new prosa.Lease(kept, prosa.clock, page.user_id + ':' + page.chat_id,
        prosa.tabName(prosa.sessionStorage(), newId)),
      timers: prosa.timers,
      newId: newId,
      send: function (message, done) {
        parts.room.send(message, done);
      }
    });
    parts.tray = prosa.canUpload() ? makeTray(parts) : null;
    parts.composer = new prosa.Composer({
      files: parts.tray,
      plainFile: prosa.part('file-input'),
      attach: prosa.part('attach'),
      enterKey: new prosa.EnterKey(prosa.part('enter-key'), kept, prosa.isTouch()),
      form: prosa.part('composer'),
      box: prosa.part('text-box'),
      send: prosa.part('send'),
      count: prosa.part('count'),
      problem: prosa.part('problem'),
      closed: prosa.part('closed'),
      closedReason: prosa.part('closed-reason'),
      limit: page.limits.conteudo,
      drafts: parts.drafts,
      say: function (text, files) {
        parts.outbox.put(text, files[0]);
        files.slice(1).forEach(function (file) {
          parts.outbox.put('', file);
        });
        parts.window.said();
      }
    }, prosa.timers);
    hearTray(parts);
  }

  /* What the person takes back of it. */
  function makeChanges(parts) {
    var page = parts.page;
    parts.menus = new prosa.MessageMenus({
      messages: prosa.part('messages'),
      scroller: prosa.part('scroller'),
      clock: prosa.clock,
      timers: prosa.timers,
      seconds: page.limits.edit_seconds,
      userId: page.user_id
    });
    parts.changes = new prosa.Changes({
      menus: parts.menus,
      list: parts.list,
      view: parts.list.parts.view,
      outbox: parts.outbox,
      composer: parts.composer,
      drafts: parts.drafts,
      lastSeq: function () {
        return parts.room.lastSeq;
      },
      box: prosa.part('text-box'),
      scroller: prosa.part('scroller'),
      editing: prosa.part('editing'),
      editingText: prosa.part('editing-text'),
      stop: prosa.part('editing-stop'),
      deleting: prosa.part('deleting'),
      deletingText: prosa.part('deleting-text'),
      keep: prosa.part('deleting-keep'),
      confirm: prosa.part('deleting-confirm')
    });
    parts.window.on('moved', function () {
      parts.changes.refresh();
    });
    parts.menus.allow(page.can_write);
    parts.menus.setClock(Date.parse(page.server_time));
  }

  /* Whatever is told of the room and its people. */
  function makeSurroundings(parts) {
    var page = parts.page;
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
    parts.feed = prosa.makeRoomsFeed(page, parts.connection, parts.moments);
    parts.toasts = new prosa.Toasts(prosa.part('toasts'), blank('toast'),
      prosa.part('rooms-link').getAttribute('href'), prosa.timers);
    parts.alerts = prosa.makeAlerts(page, parts.connection, parts.feed);
    parts.attention = parts.alerts.parts.attention;
    parts.statusLine = prosa.makeStatusLine(page);
  }

  prosa.makeRoomParts = function () {
    var page = prosa.pageData();
    var parts = { page: page, connection: prosa.makeConnection(page), moments: new prosa.Moments(prosa.clock) };
    parts.room = new prosa.Room({
      connection: parts.connection,
      timers: prosa.timers,
      chatId: page.chat_id,
      epoch: page.epoch,
      topSeq: page.top_seq
    });
    parts.seenSeq = function () {
      return parts.attention.isHere() ? parts.list.lastSeqInView() : 0;
    };
    parts.cursors = new prosa.Cursors({
      connection: parts.connection,
      timers: prosa.timers,
      chatId: page.chat_id,
      userId: page.user_id,
      readSeq: page.own_read_seq,
      seenSeq: parts.seenSeq
    });
    makeSurroundings(parts);
    makeLog(parts);
    prosa.makeWindow(parts);
    makeDown(parts);
    makeOutbox(parts);
    makeChanges(parts);
    return parts;
  };
}(window.prosa = window.prosa || {}));

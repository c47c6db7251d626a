/* The room list on the page: copies of the blank row that the server drew, filled, newest first.
   What a row says is what templates/components/room_row.html says. */
(function (prosa) {
  'use strict';

  var PREVIEW = 120;
  var MOST = 99;

  var part = prosa.partOf;

  function previewOf(last, userId) {
    var text;
    if (!last) {
      return prosa.text('Nenhuma mensagem ainda');
    }
    if (last.deleted) {
      return prosa.text('Mensagem apagada');
    }
    text = prosa.said(last);
    text = text.length > PREVIEW ? text.slice(0, PREVIEW) + '…' : text;
    if (last.kind === 'system') {
      return text;
    }
    if (last.remetente_id === userId) {
      return prosa.text('Você: %(text)s', { text: text });
    }
    return prosa.isolated(last.remetente) + ': ' + text;
  }

  /* parts: list, blank, empty (elements), moments, userId, roomsUrl; current: the room that is open, if one is. */
  function RoomRows(parts) {
    this.parts = parts;
    this.people = {};
    this.shorten();
  }

  /* A page that was kept for a while says the days anew. */
  RoomRows.prototype.shorten = function () {
    var times = this.parts.list.querySelectorAll('[data-sent]');
    var i;
    for (i = 0; i < times.length; i += 1) {
      times[i].textContent = this.parts.moments.brief(times[i].getAttribute('data-sent'));
    }
  };

  RoomRows.prototype.rowOf = function (chatId) {
    var rows = this.parts.list.children;
    var i;
    for (i = 0; i < rows.length; i += 1) {
      if (rows[i].getAttribute('data-chat-id') === chatId) {
        return rows[i];
      }
    }
    return this.parts.blank.cloneNode(true);
  };

  RoomRows.prototype.urlOf = function (chatId) {
    return this.parts.roomsUrl + encodeURIComponent(chatId) + '/websocket/';
  };

  RoomRows.prototype.each = function (action) {
    [].slice.call(this.parts.list.children).forEach(function (element) {
      action.call(this, element, element.getAttribute('data-chat-id'));
    }, this);
  };

  /* How many messages wait in each room, as it is shown. */
  RoomRows.prototype.counts = function () {
    var counts = {};
    this.each(function (element, chatId) {
      counts[chatId] = parseInt(part(element, 'row-count').textContent, 10) || 0;
    });
    return counts;
  };

  /* unreadOf(chatId) says how many wait now. */
  RoomRows.prototype.count = function (unreadOf) {
    this.each(function (element, chatId) {
      this.paintCount(element, unreadOf(chatId));
    });
  };

  RoomRows.prototype.paintCount = function (element, unread) {
    var count = unread >= MOST ? '99+' : unread;
    element.className = element.className.replace(' room-row--unread', '') + (unread ? ' room-row--unread' : '');
    part(element, 'row-unread').hidden = !unread;
    part(element, 'row-count').textContent = count;
    part(element, 'row-waiting').textContent =
      prosa.texts('%(num)s mensagem não lida', '%(num)s mensagens não lidas', unread, { num: count });
  };

  /* Somebody came or went. */
  RoomRows.prototype.presence = function (userId, isOnline) {
    this.each(function (element, chatId) {
      var people = this.people[chatId];
      if (people && people.hasOwnProperty(userId)) {
        people[userId] = isOnline;
        this.paintOnline(element, people);
      }
    });
  };

  RoomRows.prototype.paintOnline = function (element, people) {
    part(element, 'row-online').hidden = !Object.keys(people).some(function (userId) {
      return people[userId];
    });
  };

  /* Of whom else is in the room, whether they are online. */
  RoomRows.prototype.know = function (row) {
    var people = {};
    var userId = this.parts.userId;
    (Array.isArray(row.room.members) ? row.room.members : []).forEach(function (member) {
      if (member.user_id !== userId) {
        people[member.user_id] = (row.online || []).indexOf(member.user_id) >= 0;
      }
    });
    this.people[row.room.chat_id] = people;
    return people;
  };

  /* The newest rows, as list_rooms tells them; older ones stay below. */
  RoomRows.prototype.show = function (rows) {
    var next = this.parts.list.firstElementChild;
    rows.forEach(function (row) {
      var element = this.rowOf(row.room.chat_id);
      this.paint(element, row);
      if (element === next) {
        next = next.nextElementSibling;
      } else {
        this.move(element, next);
      }
    }, this);
    this.reveal();
  };

  /* A row that has the keyboard keeps it. */
  RoomRows.prototype.move = function (element, next) {
    var focused = element.contains(document.activeElement) ? document.activeElement : null;
    this.parts.list.insertBefore(element, next);
    if (focused) {
      focused.focus();
    }
  };

  /* Something was said in a room: its row comes first. */
  RoomRows.prototype.say = function (entry) {
    var element = this.rowOf(entry.chat_id);
    if (element.parentNode === this.parts.list) {
      this.paintLast(element, entry);
      this.move(element, this.parts.list.firstElementChild);
    }
  };

  /* What a room is called here; empty where it has no row. */
  RoomRows.prototype.titleOf = function (chatId) {
    return part(this.rowOf(chatId), 'row-title').textContent;
  };

  /* Without a line nobody knows who is there. */
  RoomRows.prototype.forgetPeople = function () {
    this.each(function (element) {
      this.paintOnline(element, {});
    });
  };

  RoomRows.prototype.drop = function (chatId) {
    var element = this.rowOf(chatId);
    if (element.parentNode === this.parts.list) {
      this.parts.list.removeChild(element);
    }
    this.reveal();
  };

  RoomRows.prototype.reveal = function () {
    this.parts.list.hidden = this.parts.list.children.length === 0;
    this.parts.empty.hidden = this.parts.list.children.length > 0;
  };

  RoomRows.prototype.paint = function (element, row) {
    var room = row.room;
    element.setAttribute('data-chat-id', room.chat_id);
    element.className = 'room-row' +
      (room.chat_id === this.parts.current ? ' room-row--current' : '');
    part(element, 'row-link').setAttribute('href', this.urlOf(room.chat_id));
    if (room.chat_id === this.parts.current) {
      part(element, 'row-link').setAttribute('aria-current', 'page');
    }
    prosa.paintFace(part(element, 'avatar'), prosa.faceOf(room, this.parts.userId));
    part(element, 'row-title').textContent = room.title;
    part(element, 'row-names').textContent = prosa.namesOf(room.members, this.parts.userId);
    part(element, 'row-closed').hidden = room.can_write;
    this.paintCount(element, row.unread);
    this.paintOnline(element, this.know(row));
    this.paintLast(element, row.last);
  };

  RoomRows.prototype.paintLast = function (element, last) {
    var time = part(element, 'row-time');
    part(element, 'row-preview').textContent = previewOf(last, this.parts.userId);
    time.textContent = last ? this.parts.moments.brief(last.data_envio) : '';
    if (last) {
      time.setAttribute('datetime', last.timestamp);
    }
  };

  prosa.RoomRows = RoomRows;
}(window.prosa = window.prosa || {}));

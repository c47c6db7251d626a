/* The room list, live: asked for anew after every connection and whenever one of its rooms changes.
   A page of older rooms stays as it was drawn. */
(function (prosa) {
  'use strict';

  var TOGETHER_MS = 300;

  function start() {
    var page = prosa.pageData();
    var connection = prosa.makeConnection(page);
    var statusLine = prosa.makeStatusLine(page);
    var attention = new prosa.Attention(document);
    var chime = prosa.makeChime();
    var isNewest = window.location.search === '';
    var timer = null;
    var rows = new prosa.RoomRows({
      list: prosa.part('rooms'),
      blank: prosa.part('blank-row').firstElementChild,
      empty: prosa.part('rooms-empty'),
      moments: new prosa.Moments(prosa.clock),
      userId: page.user_id,
      roomsUrl: prosa.part('rooms-link').getAttribute('href')
    });

    function answered(refusal, answer) {
      if (!refusal) {
        if (isNewest) {
          rows.show(answer.rooms);
        }
        statusLine.show('joined');
      } else if (refusal.retryable && refusal.code !== 'closed') {
        timer = prosa.timers.set(ask, refusal.retry_after_ms || 2000);
      }
    }

    function ask() {
      timer = null;
      connection.command('list_rooms', {}, answered);
    }

    function askSoon() {
      if (timer === null) {
        timer = prosa.timers.set(ask, TOGETHER_MS);
      }
    }

    connection.on('state', function (state) {
      statusLine.show(state);
    });
    connection.on('welcome', ask);
    connection.on('room_updated', askSoon);
    connection.on('new_notification', function (data) {
      askSoon();
      chime.ring(data.chat_id, data.seq);
      if (!attention.isHere()) {
        attention.miss();
      }
    });
    connection.on('room_left', function (data) {
      rows.drop(data.chat_id);
    });
    window.addEventListener('focus', function () {
      attention.clear();
    });
    prosa.wakeOften(connection, statusLine);
    prosa.whenSockJS(function () {
      connection.connect();
    });
  }

  start();
}(window.prosa = window.prosa || {}));

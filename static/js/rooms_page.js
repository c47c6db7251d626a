/* The room list, live. */
(function (prosa) {
  'use strict';

  function start() {
    var page = prosa.pageData();
    var connection = prosa.makeConnection(page);
    var statusLine = prosa.makeStatusLine(page);
    var attention = new prosa.Attention(document);
    var chime = prosa.makeChime();
    var feed = prosa.makeRoomsFeed(page, connection, new prosa.Moments(prosa.clock));

    feed.on('answered', function () {
      statusLine.show('joined');
    });
    connection.on('state', function (state) {
      statusLine.show(state);
    });
    connection.on('new_notification', function (data) {
      chime.ring(data.chat_id, data.seq);
      if (!attention.isHere()) {
        attention.miss();
      }
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

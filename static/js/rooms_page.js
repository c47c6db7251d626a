/* The room list, live. */
(function (prosa) {
  'use strict';

  function start() {
    var page = prosa.pageData();
    var connection = prosa.makeConnection(page);
    var statusLine = prosa.makeStatusLine(page);
    var moments = new prosa.Moments(prosa.clock);
    var feed = prosa.makeRoomsFeed(page, connection, moments);

    prosa.makeAlerts(page, connection, feed);
    feed.on('answered', function () {
      statusLine.show('joined');
    });
    connection.on('state', function (state) {
      statusLine.show(state);
    });
    prosa.makeSearch({ page: page, connection: connection, moments: moments }, null);
    prosa.wakeOften(connection, statusLine);
    prosa.whenSockJS(function () {
      connection.connect();
    });
  }

  start();
}(window.prosa = window.prosa || {}));

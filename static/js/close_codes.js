/* What to do when the line is closed, by its code. The table of docs/protocol.md, "Close codes".

   retry    wait as the backoff says, then come back
   wait     come back after the last refusal's retry_after_ms
   check    ask the page who is logged in, then come back or ask to log in
   stop     do not come back: this page and the server do not understand each other
   suspect  retry, but after three in a row check: a polling session that is refused looks like this */
(function (prosa) {
  'use strict';

  var ACTIONS = {
    1002: 'suspect',
    2000: 'suspect',
    4000: 'retry',
    4003: 'check',
    4008: 'retry',
    4009: 'retry',
    4010: 'retry',
    4400: 'stop',
    4401: 'check',
    4429: 'wait'
  };

  prosa.closeAction = function (code) {
    return Object.prototype.hasOwnProperty.call(ACTIONS, code) ? ACTIONS[code] : 'retry';
  };
}(window.prosa = window.prosa || {}));

/* The half of the connection that finds out who sits here, where the server knows nobody any more. */
(function (prosa) {
  'use strict';

  var CHECKS = 5;
  var LOGIN_MS = 15000;
  var LOGIN_MOST_MS = 300000;
  var Connection = prosa.Connection;

  Connection.prototype.check = function () {
    var self = this;
    this.timers.clear(this.timer);
    this.wasOther = this.state === 'other';
    this.enter('checking');
    this.parts.sessionCheck.ask(function (answer) {
      if (self.state === 'checking') {
        self.checked(answer);
      }
    });
  };

  /* A server that is away says nothing about the person, so the line is tried on. Only where the server keeps
     refusing (4401) is the login offered without proof: one on another host cannot be seen from here. */
  Connection.prototype.checked = function (answer) {
    if (answer === 'other' || this.checks > CHECKS) {
      this.checks = 0;
      this.enter(this.wasOther ? 'other' : 'login');
      this.awaitLogin();
      if (this.isLoggedOut) {
        this.isLoggedOut = false;
        this.emit('strangers');
      }
    } else {
      this.enter('waiting');
      this.after(this.parts.backoff.next(), this.connect);
    }
  };

  /* Whoever has logged in somewhere else goes on here; asked ever more seldom, and at once where there is reason. */
  Connection.prototype.awaitLogin = function () {
    this.loginAfter = Math.min(this.loginAfter * 2, LOGIN_MOST_MS) || LOGIN_MS;
    this.after(this.loginAfter, this.check);
  };
}(window.prosa = window.prosa || {}));

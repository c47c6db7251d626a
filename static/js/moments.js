/* Days and hours as people say them, in the zone of the service and not of the browser.

   The wire carries each moment twice: `timestamp` (UTC) and `data_envio` ("dd/mm/aaaa HH:MM" in the
   service's zone). Their difference is the zone; `learn` takes it from any entry. */
(function (prosa) {
  'use strict';

  var DAY_MS = 86400000;

  function twoDigits(number) {
    return (number < 10 ? '0' : '') + number;
  }

  function asUtc(shown) {
    var parts = /^(\d\d)\/(\d\d)\/(\d{4})(?: (\d\d):(\d\d))?$/.exec(shown);
    return parts ? Date.UTC(+parts[3], parts[2] - 1, +parts[1], +(parts[4] || 0), +(parts[5] || 0)) : NaN;
  }

  /* clock() is milliseconds since 1970. */
  function Moments(clock) {
    this.clock = clock;
    this.offset = -new Date(clock()).getTimezoneOffset() * 60000;
  }

  Moments.prototype.learn = function (shown, timestamp) {
    var offset = asUtc(shown) - Math.floor(Date.parse(timestamp) / 60000) * 60000;
    if (!isNaN(offset)) {
      this.offset = offset;
    }
  };

  Moments.prototype.day = function (milliseconds) {
    var date = new Date(milliseconds + this.offset);
    return twoDigits(date.getUTCDate()) + '/' + twoDigits(date.getUTCMonth() + 1) + '/' + date.getUTCFullYear();
  };

  Moments.prototype.hour = function (milliseconds) {
    var date = new Date(milliseconds + this.offset);
    return twoDigits(date.getUTCHours()) + ':' + twoDigits(date.getUTCMinutes());
  };

  /* As `data_envio` shows it. */
  Moments.prototype.moment = function (milliseconds) {
    return this.day(milliseconds) + ' ' + this.hour(milliseconds);
  };

  /* "dd/mm/aaaa", or Hoje, or Ontem. */
  Moments.prototype.dayName = function (day) {
    var now = this.clock();
    if (day === this.day(now)) {
      return 'Hoje';
    }
    return day === this.day(now - DAY_MS) ? 'Ontem' : day;
  };

  /* The hour where it was today, else the day's name. */
  Moments.prototype.brief = function (shown) {
    var name = this.dayName(shown.slice(0, 10));
    return name === 'Hoje' ? shown.slice(11) : name;
  };

  prosa.Moments = Moments;
}(window.prosa = window.prosa || {}));

/* Days and hours as people say them, in the zone of the service and not of the browser: as the server says them
   (handlers/languages/moments.py), by the same texts.

   The wire carries each moment twice: `timestamp` (UTC) and `data_envio` ("dd/mm/aaaa HH:MM" in the service's zone);
   for any other moment the page tells how far the zone is from UTC, and since when. */
(function (prosa) {
  'use strict';

  var MINUTE_MS = 60000;
  var HOUR_MS = 3600000;
  var DAY_MS = 86400000;
  var NOON = 12;

  function twoDigits(number) {
    return (number < 10 ? '0' : '') + number;
  }

  /* A date whose UTC parts are what is shown. */
  function read(shown) {
    var parts = /^(\d\d)\/(\d\d)\/(\d{4})(?: (\d\d):(\d\d))?/.exec(shown);
    return new Date(parts ? Date.UTC(+parts[3], parts[2] - 1, +parts[1], +(parts[4] || 0), +(parts[5] || 0)) : NaN);
  }

  function keyOf(date) {
    return twoDigits(date.getUTCDate()) + '/' + twoDigits(date.getUTCMonth() + 1) + '/' + date.getUTCFullYear();
  }

  function hourOf(date) {
    var names = prosa.language().dates;
    var hour = date.getUTCHours();
    var minute = twoDigits(date.getUTCMinutes());
    if (!names || !names.noons) {
      return twoDigits(hour) + ':' + minute;
    }
    return (hour % NOON || NOON) + ':' + minute + ' ' + names.noons[hour < NOON ? 0 : 1];
  }

  function dateOf(date) {
    return prosa.text('%(day)s/%(month)s/%(year)s', {
      day: twoDigits(date.getUTCDate()),
      month: twoDigits(date.getUTCMonth() + 1),
      year: date.getUTCFullYear()
    });
  }

  /* clock() is milliseconds since 1970. */
  function Moments(clock) {
    this.clock = clock;
    this.zone = prosa.language().zone;
  }

  /* The moment as the service's clocks show it: a date whose UTC parts are theirs. */
  Moments.prototype.local = function (milliseconds) {
    var minutes = -new Date(milliseconds).getTimezoneOffset();
    this.zone.forEach(function (row, i) {
      if (i === 0 || row[0] <= milliseconds) {
        minutes = row[1];
      }
    });
    return new Date(milliseconds + minutes * MINUTE_MS);
  };

  /* "dd/mm/aaaa", as data_envio begins. */
  Moments.prototype.day = function (milliseconds) {
    return keyOf(this.local(milliseconds));
  };

  /* 0 for today, 1 for yesterday, as the service's calendar has it. */
  Moments.prototype.daysAgo = function (day) {
    return Math.round((read(this.day(this.clock())) - read(day)) / DAY_MS);
  };

  Moments.prototype.hour = function (milliseconds) {
    return hourOf(this.local(milliseconds));
  };

  /* The hour of a data_envio. */
  Moments.prototype.hourOf = function (shown) {
    return hourOf(read(shown));
  };

  /* A whole data_envio, for a title. */
  Moments.prototype.full = function (shown) {
    return prosa.text('%(day)s às %(hour)s', { day: dateOf(read(shown)), hour: this.hourOf(shown) });
  };

  /* The same of any moment. */
  Moments.prototype.moment = function (milliseconds) {
    return prosa.text('%(day)s às %(hour)s', { day: dateOf(this.local(milliseconds)), hour: this.hour(milliseconds) });
  };

  /* Of a "dd/mm/aaaa": Hoje, Ontem, or "quarta-feira, 25 de novembro"; of another year, with the year. */
  Moments.prototype.dayName = function (day) {
    var ago = this.daysAgo(day);
    var date = read(day);
    var names = prosa.language().dates;
    var said;
    if (ago === 0) {
      return prosa.text('Hoje');
    }
    if (ago === 1) {
      return prosa.text('Ontem');
    }
    if (!names) {
      return dateOf(date);
    }
    said = {
      weekday: names.weekdays[date.getUTCDay()],
      day: date.getUTCDate(),
      month: names.months[date.getUTCMonth()],
      year: date.getUTCFullYear()
    };
    if (said.year === this.local(this.clock()).getUTCFullYear()) {
      return prosa.text('%(weekday)s, %(day)s de %(month)s', said);
    }
    return prosa.text('%(weekday)s, %(day)s de %(month)s de %(year)s', said);
  };

  /* Of a data_envio: the hour where it was today; else Ontem, or the date in figures. */
  Moments.prototype.brief = function (shown) {
    var ago = this.daysAgo(shown.slice(0, 10));
    if (ago === 0) {
      return this.hourOf(shown);
    }
    return ago === 1 ? prosa.text('Ontem') : dateOf(read(shown));
  };

  /* How long ago, within the last hours; then the day and the hour. */
  Moments.prototype.ago = function (milliseconds) {
    var past = this.clock() - milliseconds;
    var days = this.daysAgo(this.day(milliseconds));
    if (past < MINUTE_MS) {
      return prosa.text('agora');
    }
    if (past < HOUR_MS) {
      return prosa.texts('há %(num)s minuto', 'há %(num)s minutos', Math.floor(past / MINUTE_MS));
    }
    if (days === 0) {
      return prosa.texts('há %(num)s hora', 'há %(num)s horas', Math.floor(past / HOUR_MS));
    }
    if (days === 1) {
      return prosa.text('ontem às %(hour)s', { hour: this.hour(milliseconds) });
    }
    return this.moment(milliseconds);
  };

  /* When somebody who is away was here: "visto por último às 14:05". */
  Moments.prototype.lastSeen = function (milliseconds) {
    var days = this.daysAgo(this.day(milliseconds));
    var said = { hour: this.hour(milliseconds), day: dateOf(this.local(milliseconds)) };
    if (days <= 0) {
      return prosa.text('visto por último às %(hour)s', said);
    }
    if (days === 1) {
      return prosa.text('visto por último ontem às %(hour)s', said);
    }
    return prosa.text('visto por último em %(day)s às %(hour)s', said);
  };

  prosa.Moments = Moments;
}(window.prosa = window.prosa || {}));

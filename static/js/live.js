/* The parts that both pages have, built from the browser that is really there. */
(function (prosa) {
  'use strict';

  prosa.partOf = function (element, name) {
    return element.querySelector('[data-part=' + name + ']');
  };

  prosa.part = function (name) {
    return prosa.partOf(document, name);
  };

  /* The closest element around `element`, itself included, of that part; null: there is none. */
  prosa.around = function (element, name) {
    var found = element;
    while (found && found.getAttribute && found.getAttribute('data-part') !== name) {
      found = found.parentNode;
    }
    return found && found.getAttribute ? found : null;
  };

  prosa.clock = function () {
    return new Date().getTime();
  };

  prosa.timers = {
    set: function (action, delay) {
      return window.setTimeout(action, delay);
    },
    clear: function (timer) {
      window.clearTimeout(timer);
    }
  };

  prosa.localStorage = function () {
    return new prosa.Storage(function () {
      return window.localStorage;
    });
  };

  prosa.sessionStorage = function () {
    return new prosa.Storage(function () {
      return window.sessionStorage;
    });
  };

  /* Whether the keyboard is most likely on the screen. */
  prosa.isTouch = function () {
    return !!window.matchMedia && window.matchMedia('(hover: none) and (pointer: coarse)').matches;
  };

  /* This tab's name, also after a reload. */
  prosa.tabName = function (storage, newId) {
    var name = storage.get('tab') || newId();
    storage.set('tab', name);
    return name;
  };

  prosa.makeClientIds = function () {
    return new prosa.ClientIds(window.crypto, Math.random);
  };

  /* The sound of a message, and the button that mutes it. */
  prosa.makeChime = function () {
    var button = prosa.part('mute');
    var sound = window.Audio ? new window.Audio(button.getAttribute('data-sound')) : null;
    var chime = new prosa.Chime({
      storage: prosa.localStorage(),
      timers: prosa.timers,
      clock: prosa.clock,
      tab: prosa.tabName(prosa.sessionStorage(), function () {
        return prosa.makeClientIds().next();
      }),
      play: function () {
        var playing = sound && sound.play();
        if (playing && playing.then) {
          playing.then(null, function () {
            return null;
          });
        }
      }
    });
    function show() {
      button.setAttribute('aria-pressed', chime.isMuted() ? 'true' : 'false');
    }
    button.addEventListener('click', function () {
      chime.mute(!chime.isMuted());
      show();
    });
    button.hidden = !sound;
    show();
    return chime;
  };

  prosa.pageData = function () {
    return JSON.parse(document.getElementById('page-data').textContent);
  };

  prosa.makeConnection = function (page) {
    var transports = new prosa.Transports({
      names: page.transports,
      make: function (name, timeout) {
        return new window.SockJS(page.sockjs_url, null, { transports: [name], timeout: timeout });
      },
      storage: prosa.localStorage(),
      timers: prosa.timers,
      clock: prosa.clock
    });
    return new prosa.Connection({
      open: function () {
        return transports.open();
      },
      backoff: new prosa.Backoff(Math.random),
      sessionCheck: new prosa.SessionCheck(function () {
        return new window.XMLHttpRequest();
      }, page.room_url || window.location.pathname, page.user_id),
      timers: prosa.timers,
      clock: prosa.clock,
      userId: page.user_id
    });
  };

  prosa.makeStatusLine = function (page) {
    return new prosa.StatusLine({
      status: prosa.part('status'),
      statusText: prosa.part('status-text'),
      notice: prosa.part('notice'),
      noticeText: prosa.part('notice-text'),
      noticeLink: prosa.part('notice-link'),
      retry: prosa.part('retry'),
      loginUrl: page.login_url,
      roomsUrl: prosa.part('rooms-link').getAttribute('href'),
      isOffline: function () {
        return window.navigator.onLine === false;
      }
    });
  };

  /* The list of rooms that the server drew, kept up to date; `current` is the room that is open, if one is. */
  prosa.makeRoomsFeed = function (page, connection, moments) {
    var list = prosa.part('rooms');
    return new prosa.RoomsFeed({
      connection: connection,
      timers: prosa.timers,
      isNewest: window.location.pathname !== '/chat/' || window.location.search === '',
      isShown: function () {
        return list.parentNode.offsetWidth > 0;
      },
      rows: new prosa.RoomRows({
        list: list,
        blank: prosa.part('blank-row').firstElementChild,
        empty: prosa.part('rooms-empty'),
        moments: moments,
        userId: page.user_id,
        current: page.chat_id,
        roomsUrl: prosa.part('rooms-link').getAttribute('href')
      })
    });
  };

  /* Once the browser's SockJS is there: where another host was to bring it and did not, our own. */
  prosa.whenSockJS = function (action) {
    var own;
    if (window.SockJS) {
      action();
      return;
    }
    own = document.createElement('script');
    own.onload = action;
    own.src = prosa.part('sockjs').getAttribute('data-own');
    document.body.appendChild(own);
  };

  /* Whatever gives reason to hope tries again at once. */
  prosa.wakeOften = function (connection, statusLine) {
    var kept = prosa.localStorage();
    function wake() {
      connection.wake();
      statusLine.refresh();
    }
    window.addEventListener('online', wake);
    window.addEventListener('pageshow', function (event) {
      if (event.persisted) {
        connection.restart();
      }
      wake();
    });
    window.addEventListener('offline', function () {
      statusLine.refresh();
    });
    window.addEventListener('focus', wake);
    document.addEventListener('resume', wake);
    document.addEventListener('visibilitychange', function () {
      if (document.visibilityState === 'visible') {
        wake();
      }
    });
    /* Another tab was welcomed: perhaps by a login. */
    window.addEventListener('storage', function (event) {
      if (event.key === 'prosa:welcomed' && (connection.state === 'login' || connection.state === 'other')) {
        wake();
      }
    });
    connection.on('welcome', function () {
      kept.set('welcomed', prosa.clock());
    });
    prosa.part('retry').addEventListener('click', wake);
  };
}(window.prosa = window.prosa || {}));

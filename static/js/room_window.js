/* What the person does to see another stretch of the room: scroll, press, or send while the end is not on the page. */
(function (prosa) {
  'use strict';

  var QUIET_MS = 1000;

  prosa.makeWindow = function (parts) {
    parts.window = new prosa.LogWindow({
      list: parts.list,
      room: parts.room,
      scroll: parts.scroll,
      older: prosa.part('older'),
      timers: prosa.timers,
      userId: parts.page.user_id,
      hasNewer: parts.page.newer
    });
  };

  /* Old messages that are put on the page are no news: they are not read out. */
  function hearAsking(parts) {
    var live = prosa.part('live');
    var older = prosa.part('older');
    var timer = null;
    parts.window.on('asking', function (isAsking, refusal) {
      var rest = refusal ? prosa.text('Falha ao carregar. Tentar de novo') : prosa.text('Mensagens anteriores');
      older.textContent = isAsking ? prosa.text('Carregando…') : rest;
      parts.down.show();
      prosa.timers.clear(timer);
      live.setAttribute('aria-live', 'off');
      timer = prosa.timers.set(function () {
        live.setAttribute('aria-live', 'polite');
      }, QUIET_MS);
    });
  }

  function show(parts) {
    prosa.part('pending').hidden = parts.window.isApart;
    parts.down.show();
  }

  /* At the end, the address names no message any more: a page that is loaded again is at the end too. */
  function leaveAddress(parts) {
    if (!parts.window.isApart && window.location.search && window.history.replaceState) {
      window.history.replaceState(null, '', window.location.pathname);
    }
  }

  prosa.hearWindow = function (parts) {
    var search;
    hearAsking(parts);
    prosa.part('newer').hidden = true;
    parts.window.on('moved', function () {
      show(parts);
      leaveAddress(parts);
    });
    prosa.part('older').addEventListener('click', function (event) {
      event.preventDefault();
      parts.window.goUp();
    });
    prosa.part('down').addEventListener('click', function () {
      parts.window.goToEnd();
    });
    prosa.part('scroller').addEventListener('scroll', function () {
      parts.window.scrolled();
    });
    search = prosa.makeSearch(parts, parts.page.chat_id);
    search.on('chosen', function (event, link) {
      event.preventDefault();
      search.open(false);
      parts.window.goTo(+link.getAttribute('data-seq'), function (refusal) {
        search.open(true);
        search.refused(refusal, null);
      });
    });
    show(parts);
  };
}(window.prosa = window.prosa || {}));

/* The search of a page, built on what the server drew. */
(function (prosa) {
  'use strict';

  /* parts: page, connection, moments; chatId: the room that is searched, none: all of the person's. */
  prosa.makeSearch = function (parts, chatId) {
    var wider = prosa.part('search-wider');
    var search = new prosa.Search({
      opener: prosa.part('search-open'),
      panel: prosa.part('search'),
      form: prosa.part('search-form'),
      field: prosa.part('search-field'),
      close: prosa.part('search-close'),
      state: prosa.part('search-state'),
      more: prosa.part('search-more'),
      results: new prosa.SearchResults({
        list: prosa.part('search-results'),
        blank: prosa.part('search-blank').firstElementChild,
        moments: parts.moments,
        userId: parts.page.user_id,
        roomsUrl: prosa.part('rooms-link').getAttribute('href')
      }),
      timers: prosa.timers,
      ask: function (data, done) {
        if (chatId) {
          data.chat_id = chatId;
        }
        parts.connection.command('search_messages', data, done);
      }
    });
    if (wider) {
      search.on('asked', function (typed) {
        wider.setAttribute('href', '/chat/buscar/?q=' + encodeURIComponent(typed));
      });
    }
    return search;
  };
}(window.prosa = window.prosa || {}));

/* What was found, as a list: copies of the blank result that the server drew, filled.
   What one says is what templates/components/search_result.html says. */
(function (prosa) {
  'use strict';

  var part = prosa.partOf;

  function mark(text) {
    var element = document.createElement('mark');
    element.className = 'result__hit';
    element.textContent = text;
    return element;
  }

  /* parts: list, blank (elements), moments, userId, roomsUrl. */
  function SearchResults(parts) {
    this.parts = parts;
  }

  SearchResults.prototype.clear = function () {
    this.parts.list.textContent = '';
  };

  SearchResults.prototype.count = function () {
    return this.parts.list.children.length;
  };

  /* These come below what is there; the first of their links, or null. */
  SearchResults.prototype.add = function (rows) {
    var links = rows.map(function (row) {
      var element = this.parts.blank.cloneNode(true);
      this.paint(element, row);
      this.parts.list.appendChild(element);
      return part(element, 'result-link');
    }, this);
    return links[0] || null;
  };

  SearchResults.prototype.paint = function (element, row) {
    var link = part(element, 'result-link');
    var text = part(element, 'result-text');
    link.setAttribute('href', this.parts.roomsUrl + row.chat_id + '/websocket/?em=' + row.seq + '#m' + row.seq);
    link.setAttribute('data-seq', row.seq);
    part(element, 'result-title').textContent = row.title;
    part(element, 'result-author').textContent = row.remetente_id === this.parts.userId ? prosa.text('Você') : row.remetente;
    part(element, 'result-time').setAttribute('datetime', row.timestamp);
    part(element, 'result-time').title = this.parts.moments.full(row.data_envio);
    part(element, 'result-time').textContent = this.parts.moments.ago(Date.parse(row.timestamp));
    row.excerpt.forEach(function (piece) {
      text.appendChild(piece.hit ? mark(piece.text) : document.createTextNode(piece.text));
    });
  };

  prosa.SearchResults = SearchResults;
}(window.prosa = window.prosa || {}));

/* Who the page is for, asked anew: the server redirects a stranger to the login, whose page names nobody.

   answer('same'), answer('other') or answer('unknown', nothing could be told). */
(function (prosa) {
  'use strict';

  var OPENING = 'id="page-data">';

  function personOf(html) {
    var start = html.indexOf(OPENING);
    var end = html.indexOf('</script>', start);
    if (start < 0 || end < 0) {
      return null;
    }
    try {
      return JSON.parse(html.slice(start + OPENING.length, end)).user_id;
    } catch (error) {
      return null;
    }
  }

  function told(status, html, userId) {
    if (status === 200) {
      return personOf(html) === userId ? 'same' : 'other';
    }
    return status === 401 || status === 403 ? 'other' : 'unknown';
  }

  /* makeRequest() is a fresh XMLHttpRequest. */
  function SessionCheck(makeRequest, url, userId) {
    this.makeRequest = makeRequest;
    this.url = url;
    this.userId = userId;
  }

  SessionCheck.prototype.ask = function (answer) {
    var request = this.makeRequest();
    var userId = this.userId;
    request.open('GET', this.url, true);
    request.onreadystatechange = function () {
      if (request.readyState !== 4) {
        return;
      }
      answer(told(request.status, request.responseText, userId));
    };
    request.send();
  };

  prosa.SessionCheck = SessionCheck;
}(window.prosa = window.prosa || {}));

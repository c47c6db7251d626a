/* How many messages wait, on the site's own pages: asked when the page is looked at, and each minute while it is.

   Fills every element with `data-prosa-unread`, which stays hidden while there is nothing to read. */
(function () {
  'use strict';

  var MINUTE = 60000;
  var MOST = 99;

  /* The label comes in the person's language. */
  function show(count, label) {
    var places = document.querySelectorAll('[data-prosa-unread]');
    Array.prototype.forEach.call(places, function (place) {
      place.hidden = count === 0;
      place.textContent = count >= MOST ? MOST + '+' : String(count);
      place.setAttribute('aria-label', label);
      place.title = label;
    });
  }

  function ask() {
    var request = new XMLHttpRequest();
    if (document.visibilityState === 'hidden') {
      return;
    }
    request.open('GET', '/prosa/unread');
    request.onload = function () {
      var answer;
      if (request.status === 200) {
        answer = JSON.parse(request.responseText);
        show(answer.unread, answer.label);
      }
    };
    request.send();
  }

  document.addEventListener('visibilitychange', ask);
  window.addEventListener('pageshow', function (event) {
    if (event.persisted) {
      ask();
    }
  });
  window.setInterval(ask, MINUTE);
  ask();
}());

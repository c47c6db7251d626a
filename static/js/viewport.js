/* The composer stays above the keyboard of a phone: where a browser lays the keyboard over the page, the page is made
   as high as what is left to see. Others make the window smaller by themselves. */
(function (prosa) {
  'use strict';

  var KEYBOARD_PX = 100;

  /* parts: view (window.visualViewport, or undefined), page (the element that fills the window), windowHeight(),
     scrollToTop(). */
  prosa.fitAboveKeyboard = function (parts) {
    var view = parts.view;
    function fit() {
      var isCovered = view.scale === 1 && parts.windowHeight() - view.height > KEYBOARD_PX;
      parts.page.style.height = isCovered ? Math.floor(view.height) + 'px' : '';
      if (isCovered) {
        parts.scrollToTop();
      }
    }
    if (view) {
      view.addEventListener('resize', fit);
    }
  };
}(window.prosa = window.prosa || {}));

/* Which press of Enter sends, as the person likes it, in every room of this browser. Ctrl+Enter always does;
   where the keys are on a screen, Enter alone is a new line.

   select: the element where it is chosen (enter, shift or ctrl). `storage` is storage.js over localStorage. */
(function (prosa) {
  'use strict';

  var KEY = 'enter';
  var ENTER = 13;

  function EnterKey(select, storage, isTouch) {
    var self = this;
    this.select = select;
    this.storage = storage;
    this.isTouch = isTouch;
    select.parentNode.hidden = isTouch;
    select.addEventListener('change', function () {
      storage.set(KEY, select.value);
    });
    select.addEventListener('focus', function () {
      self.show();
    });
    this.show();
  }

  EnterKey.prototype.show = function () {
    this.select.value = this.storage.get(KEY) || this.select.value;
    if (this.select.selectedIndex < 0) {
      this.select.selectedIndex = 0;
    }
  };

  /* Whether this press of a key sends what stands in the box. */
  EnterKey.prototype.sends = function (event) {
    if (event.keyCode !== ENTER || event.isComposing || event.altKey) {
      return false;
    }
    this.show();
    if (event.ctrlKey || event.metaKey) {
      return true;
    }
    return !this.isTouch && this.select.value === (event.shiftKey ? 'shift' : 'enter');
  };

  prosa.EnterKey = EnterKey;
}(window.prosa = window.prosa || {}));

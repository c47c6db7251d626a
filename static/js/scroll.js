/* The eye's place in the log: at the bottom it stays there, elsewhere what is being read does not move.
   Measured by rectangles, since engines disagree on scrollTop where the flow is reversed. */
(function (prosa) {
  'use strict';

  var NEAR_PIXELS = 60;
  var MARGIN_PIXELS = 16;

  function Scroll(scroller, inner) {
    this.scroller = scroller;
    this.inner = inner;
  }

  Scroll.prototype.below = function () {
    return this.inner.getBoundingClientRect().bottom - this.scroller.getBoundingClientRect().bottom;
  };

  Scroll.prototype.isAtBottom = function () {
    return this.below() <= NEAR_PIXELS;
  };

  Scroll.prototype.above = function () {
    return this.scroller.getBoundingClientRect().top - this.inner.getBoundingClientRect().top;
  };

  /* Whether the end of `element` is above the lower edge. */
  Scroll.prototype.isAbove = function (element) {
    return element.getBoundingClientRect().bottom <= this.scroller.getBoundingClientRect().bottom + 1;
  };

  /* Whether more than a screenful is below. */
  Scroll.prototype.isFarUp = function () {
    return this.below() > this.scroller.clientHeight;
  };

  /* `element` is in sight, at the top unless the end comes first. */
  Scroll.prototype.reveal = function (element) {
    var above = element.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top - MARGIN_PIXELS;
    if (above < 0) {
      this.scroller.scrollTop += above;
    }
  };

  /* `element` is in the middle. */
  Scroll.prototype.center = function (element) {
    var place = element.getBoundingClientRect();
    var seen = this.scroller.getBoundingClientRect();
    this.scroller.scrollTop += Math.min(place.top - seen.top, (place.top + place.bottom - seen.top - seen.bottom) / 2);
  };

  Scroll.prototype.toBottom = function () {
    this.scroller.scrollTop += this.below();
  };

  /* Do `change`; `anchor`, an element that stays or null, keeps its place. */
  Scroll.prototype.keep = function (anchor, change) {
    var before = anchor ? anchor.getBoundingClientRect().top : 0;
    change();
    if (anchor && anchor.parentNode) {
      this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    }
  };

  /* Do `change`; `anchor`, an element or null, keeps its place unless the bottom was in sight. */
  Scroll.prototype.hold = function (anchor, change) {
    var wasAtBottom = this.isAtBottom();
    var before = anchor ? anchor.getBoundingClientRect().top : 0;
    change();
    if (wasAtBottom || !anchor || !anchor.parentNode) {
      this.toBottom();
    } else {
      this.scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    }
  };

  prosa.Scroll = Scroll;
}(window.prosa = window.prosa || {}));

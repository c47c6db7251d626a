/* Who wants to hear of what. Everybody is told, whoever throws: the error surfaces afterwards. */
(function (prosa) {
  'use strict';

  function tell(timers, listener, first, second) {
    try {
      listener(first, second);
    } catch (error) {
      timers.set(function () {
        throw error;
      }, 0);
    }
  }

  function Emitter(timers) {
    this.timers = timers;
    this.listeners = {};
  }

  Emitter.prototype.on = function (name, listener) {
    if (!Object.prototype.hasOwnProperty.call(this.listeners, name)) {
      this.listeners[name] = [];
    }
    this.listeners[name].push(listener);
  };

  Emitter.prototype.emit = function (name, first, second) {
    var listeners;
    var i;
    if (!Object.prototype.hasOwnProperty.call(this.listeners, name)) {
      return;
    }
    listeners = this.listeners[name].slice();
    for (i = 0; i < listeners.length; i += 1) {
      tell(this.timers, listeners[i], first, second);
    }
  };

  prosa.Emitter = Emitter;
}(window.prosa = window.prosa || {}));

/* What the browser keeps for us, for as long as it will: reading and writing never throw.

   open() gives a Storage or throws, as window.localStorage does where it is forbidden. `set` says whether
   the value is really kept. Everything of ours begins with `prosa:`. */
(function (prosa) {
  'use strict';

  var OURS = 'prosa:';

  function Storage(open) {
    try {
      this.kept = open();
      this.kept.getItem(OURS);
    } catch (error) {
      this.kept = null;
    }
  }

  Storage.prototype.get = function (key) {
    try {
      return JSON.parse(this.kept.getItem(OURS + key));
    } catch (error) {
      return null;
    }
  };

  Storage.prototype.set = function (key, value) {
    var text = JSON.stringify(value);
    try {
      this.kept.setItem(OURS + key, text);
      return this.kept.getItem(OURS + key) === text;
    } catch (error) {
      return false;
    }
  };

  Storage.prototype.drop = function (key) {
    try {
      this.kept.removeItem(OURS + key);
    } catch (error) {
      return;
    }
  };

  /* Our keys that begin with `start`, without the `prosa:`. */
  Storage.prototype.keys = function (start) {
    var found = [];
    var i;
    var key;
    try {
      for (i = 0; i < this.kept.length; i += 1) {
        key = this.kept.key(i);
        if (key.indexOf(OURS + start) === 0) {
          found.push(key.slice(OURS.length));
        }
      }
    } catch (error) {
      return [];
    }
    return found;
  };

  prosa.Storage = Storage;
}(window.prosa = window.prosa || {}));

/* The name of a message before its first try: a random UUID (RFC 9562, version 4).
   `crypto` may be absent in old browsers; `chance` is then all there is. */
(function (prosa) {
  'use strict';

  function ClientIds(crypto, chance) {
    this.crypto = crypto;
    this.chance = chance;
  }

  ClientIds.prototype.bytes = function () {
    var bytes = [];
    var i;
    if (this.crypto && this.crypto.getRandomValues && window.Uint8Array) {
      return this.crypto.getRandomValues(new window.Uint8Array(16));
    }
    for (i = 0; i < 16; i += 1) {
      bytes.push(Math.floor(this.chance() * 256));
    }
    return bytes;
  };

  ClientIds.prototype.next = function () {
    var bytes = this.bytes();
    var hex = '';
    var i;
    var value;
    for (i = 0; i < 16; i += 1) {
      value = bytes[i];
      if (i === 6) {
        value = (value & 15) | 64;
      } else if (i === 8) {
        value = (value & 63) | 128;
      }
      hex += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + (value + 256).toString(16).slice(1);
    }
    return hex;
  };

  prosa.ClientIds = ClientIds;
}(window.prosa = window.prosa || {}));

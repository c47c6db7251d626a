/* One file over the socket, a chunk at a time, going on where it was after every break.

   parts: connection, timers, chatId. Emits `progress` (bytes that have arrived), `done` (attachment) and `failed`
   (refusal): the person decides. */
(function (prosa) {
  'use strict';

  var CHUNK_BYTES = 18 * 1024;
  var AGAIN_MS = 2000;

  function hexOf(buffer) {
    return Array.prototype.map.call(new window.Uint8Array(buffer), function (byte) {
      return ('0' + byte.toString(16)).slice(-2);
    }).join('');
  }

  function read(blob, way, done) {
    var reader = new window.FileReader();
    reader.onload = function () {
      done(reader.result);
    };
    reader.onerror = function () {
      done(null);
    };
    reader[way](blob);
  }

  /* done(hex), or done('') where the browser has no digest of its own: one in ES5 would take seconds. */
  function digest(file, done) {
    var subtle = window.crypto && window.crypto.subtle;
    if (!subtle || !window.Uint8Array) {
      done('');
      return;
    }
    read(file, 'readAsArrayBuffer', function (buffer) {
      subtle.digest('SHA-256', buffer || new window.ArrayBuffer(0)).then(function (found) {
        done(hexOf(found));
      }, function () {
        done('');
      });
    });
  }

  function UploadChunks(parts, file) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.file = file;
    this.id = '';
    this.offset = 0;
    this.isOver = false;
    this.isAsking = false;
    this.timer = null;
  }

  UploadChunks.prototype = new prosa.Emitter(null);
  UploadChunks.prototype.constructor = UploadChunks;

  UploadChunks.prototype.start = function () {
    var self = this;
    this.parts.connection.on('welcome', function () {
      self.go();
    });
    digest(this.file, function (sha256) {
      self.sha256 = sha256;
      self.go();
    });
  };

  /* Nobody wants it any more. */
  UploadChunks.prototype.cancel = function () {
    this.isOver = true;
    this.timers.clear(this.timer);
    if (this.id) {
      this.parts.connection.say('upload_cancel', { upload_id: this.id });
    }
  };

  /* The next step; whatever stops it, a fresh line goes on from there. */
  UploadChunks.prototype.go = function () {
    if (this.isOver || this.isAsking || this.sha256 === undefined) {
      return;
    }
    this.timers.clear(this.timer);
    if (!this.id) {
      this.ask('upload_start', {
        chat_id: this.parts.chatId,
        name: this.file.name || 'imagem',
        size_bytes: this.file.size,
        sha256: this.sha256
      });
    } else if (this.offset < this.file.size) {
      this.chunk();
    } else {
      this.ask('upload_finish', { upload_id: this.id });
    }
  };

  UploadChunks.prototype.chunk = function () {
    var self = this;
    var offset = this.offset;
    this.isAsking = true;
    read(this.file.slice(offset, offset + CHUNK_BYTES), 'readAsDataURL', function (url) {
      self.isAsking = false;
      if (url === null) {
        self.end('failed', { code: 'gone', message: prosa.text('O arquivo não pôde ser lido.') });
        return;
      }
      self.ask('upload_chunk', { upload_id: self.id, offset: offset, data: url.slice(url.indexOf(',') + 1) });
    });
  };

  UploadChunks.prototype.ask = function (event, data) {
    var self = this;
    this.isAsking = true;
    this.parts.connection.command(event, data, function (refusal, ack) {
      self.isAsking = false;
      if (self.isOver) {
        return;
      }
      if (refusal) {
        self.refused(refusal);
      } else {
        self.answered(ack);
      }
    });
  };

  UploadChunks.prototype.answered = function (ack) {
    if (ack.attachment) {
      this.end('done', ack.attachment);
      return;
    }
    this.id = ack.upload_id || this.id;
    this.offset = ack.offset;
    this.emit('progress', this.offset);
    this.go();
  };

  /* A closed line says `welcome` when it is back. */
  UploadChunks.prototype.refused = function (refusal) {
    var self = this;
    if (refusal.retryable) {
      this.timer = this.timers.set(function () {
        self.go();
      }, refusal.retry_after_ms || AGAIN_MS);
    } else {
      this.end('failed', refusal);
    }
  };

  UploadChunks.prototype.end = function (name, what) {
    if (!this.isOver) {
      this.isOver = true;
      this.emit(name, what);
    }
  };

  prosa.UploadChunks = UploadChunks;
}(window.prosa = window.prosa || {}));

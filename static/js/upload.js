/* One file on its way to the server: over HTTP, and where that does not get through, in chunks over the socket.

   parts: url, token, newRequest(), newChunks(file), timers. Emits `progress` (bytes), `done` (attachment) and
   `failed` (refusal): the person decides. */
(function (prosa) {
  'use strict';

  var CREATED = 201;
  var TRIES = 3;
  var AGAIN_MS = 2000;
  var STALL_MS = 30000;

  function Upload(parts, file) {
    prosa.Emitter.call(this, parts.timers);
    this.parts = parts;
    this.file = file;
    this.request = null;
    this.chunks = null;
    this.timer = null;
    this.tries = 0;
  }

  Upload.prototype = new prosa.Emitter(null);
  Upload.prototype.constructor = Upload;

  Upload.prototype.start = function () {
    var self = this;
    var form = new window.FormData();
    var request = this.parts.newRequest();
    this.request = request;
    this.tries += 1;
    form.append('arquivo', this.file, this.file.name || 'imagem'); // eslint-disable-line no-restricted-syntax -- a form's
    request.open('POST', this.parts.url);
    request.setRequestHeader('X-XSRFToken', this.parts.token);
    request.setRequestHeader('Accept', 'application/json');
    request.upload.onprogress = function (event) {
      self.watch();
      self.emit('progress', Math.min(event.loaded, self.file.size));
    };
    request.onload = function () {
      self.answered(request.status, request.responseText);
    };
    request.onerror = function () {
      self.goRound();
    };
    this.watch();
    request.send(form);
  };

  /* A line that takes nothing for so long takes nothing any more. */
  Upload.prototype.watch = function () {
    var self = this;
    this.timers.clear(this.timer);
    this.timer = this.timers.set(function () {
      self.abort();
      self.goRound();
    }, STALL_MS);
  };

  Upload.prototype.abort = function () {
    this.timers.clear(this.timer);
    if (this.request) {
      this.request.onload = null;
      this.request.onerror = null;
      this.request.upload.onprogress = null;
      this.request.abort();
    }
  };

  Upload.prototype.cancel = function () {
    this.abort();
    if (this.chunks) {
      this.chunks.cancel();
    }
  };

  Upload.prototype.answered = function (status, text) {
    var self = this;
    var answer = null;
    this.timers.clear(this.timer);
    try {
      answer = JSON.parse(text);
    } catch (error) {
      answer = null;
    }
    if (answer && status === CREATED) {
      this.emit('done', answer.attachment);
    } else if (!answer || !answer.code) {
      this.goRound();
    } else if (answer.retryable && this.tries < TRIES) {
      this.timer = this.timers.set(function () {
        self.start();
      }, answer.retry_after_ms || AGAIN_MS);
    } else {
      this.emit('failed', answer);
    }
  };

  /* Something between us and the server does not let it pass. */
  Upload.prototype.goRound = function () {
    var self = this;
    this.timers.clear(this.timer);
    this.request = null;
    this.chunks = this.parts.newChunks(this.file);
    ['progress', 'done', 'failed'].forEach(function (name) {
      self.chunks.on(name, function (what) {
        self.emit(name, what);
      });
    });
    this.chunks.start();
  };

  prosa.Upload = Upload;
}(window.prosa = window.prosa || {}));

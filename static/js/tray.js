/* The files that are to be sent, each a tile above the box: chosen, dropped or pasted, uploaded at once, sent with the
   text or alone.

   parts: area (the tiles' list), blank (a tile), rest (has the keyboard once a tile is taken away), limitBytes,
   newUpload(file), problem(text), drop(attachment): the server need not keep it.
   Emits `changed`; `ready`: what somebody wanted to be sent is all there. */
(function (prosa) {
  'use strict';

  var MOST = 5;
  var HOPELESS = { unsupported_type: true, too_large: true, not_found: true, gone: true };

  var part = prosa.partOf;

  function Tray(parts, timers) {
    prosa.Emitter.call(this, timers);
    this.parts = parts;
    this.items = [];
    this.isWanted = false;
  }

  Tray.prototype = new prosa.Emitter(null);
  Tray.prototype.constructor = Tray;

  Tray.prototype.isEmpty = function () {
    return this.items.length === 0;
  };

  /* Something is not there yet. */
  Tray.prototype.isBusy = function () {
    return this.items.some(function (item) {
      return !item.attachment;
    });
  };

  /* Send it as soon as all of it is there, which is said; not where something is not coming. */
  Tray.prototype.want = function () {
    this.isWanted = !this.items.some(function (item) {
      return item.isFailed;
    });
    this.parts.problem(this.isWanted ? prosa.text('A mensagem será enviada quando o arquivo chegar.') :
      prosa.text('Tente de novo ou retire o arquivo que falhou para enviar.'));
  };

  /* Not any more: something else is being written. */
  Tray.prototype.forgo = function () {
    this.isWanted = false;
  };

  /* The files, which are whoever's asks from now on. */
  Tray.prototype.take = function () {
    var taken = this.items.map(function (item) {
      return item.attachment;
    });
    this.items.slice().forEach(this.forget, this);
    this.isWanted = false;
    return taken;
  };

  Tray.prototype.addAll = function (files) {
    this.parts.problem('');
    Array.prototype.forEach.call(files || [], this.add, this);
  };

  Tray.prototype.add = function (file) {
    if (this.items.length >= MOST) {
      this.parts.problem(prosa.texts('Envie no máximo %(num)s arquivo de cada vez.',
        'Envie no máximo %(num)s arquivos de cada vez.', MOST));
      return;
    }
    if (file.size > this.parts.limitBytes) {
      this.parts.problem(prosa.text('O arquivo é grande demais. O limite é %(size)s.',
        { size: prosa.size(this.parts.limitBytes) }));
      return;
    }
    if (!file.size) {
      this.parts.problem(prosa.text('O arquivo está vazio.'));
      return;
    }
    this.begin(this.show({ file: file, attachment: null, name: file.name || prosa.text('Foto'), bytes: file.size }));
  };

  /* One that could not be sent is back. */
  Tray.prototype.restore = function (attachment) {
    this.arrived(this.show({ file: null, name: attachment.name, bytes: attachment.size_bytes }), attachment);
  };

  Tray.prototype.show = function (item) {
    var self = this;
    var tile = this.parts.blank.cloneNode(true);
    item.tile = tile;
    part(tile, 'tile-name').textContent = item.name;
    this.say(item, prosa.size(item.bytes));
    part(tile, 'tile-remove-name').textContent = item.name;
    part(tile, 'tile-remove').addEventListener('click', function () {
      if (item.attachment) {
        self.parts.drop(item.attachment);
      } else if (item.upload) {
        item.upload.cancel();
      }
      self.forget(item);
      self.parts.rest.focus();
      self.check();
    });
    part(tile, 'tile-retry').addEventListener('click', function () {
      part(tile, 'tile-remove').focus();
      self.begin(item);
    });
    this.items.push(item);
    this.parts.area.appendChild(tile);
    this.parts.area.hidden = false;
    this.emit('changed');
    return item;
  };

  Tray.prototype.begin = function (item) {
    var self = this;
    item.upload = this.parts.newUpload(item.file);
    this.paint(item, 0, '');
    item.upload.on('progress', function (bytes) {
      self.paint(item, bytes, '');
    });
    item.upload.on('done', function (attachment) {
      self.arrived(item, attachment);
    });
    item.upload.on('failed', function (refusal) {
      item.isHopeless = Boolean(HOPELESS[refusal.code]);
      self.paint(item, 0, refusal.reason || refusal.message || prosa.text('Não foi possível enviar o arquivo.'));
      if (self.isWanted) {
        self.want();
      }
      self.emit('changed');
    });
    item.upload.start();
  };

  /* failure: why it stopped; empty while it goes on. */
  Tray.prototype.paint = function (item, bytes, failure) {
    var done = item.bytes ? Math.round(100 * bytes / item.bytes) : 0;
    var progress = part(item.tile, 'tile-progress');
    item.isFailed = Boolean(failure);
    progress.hidden = item.isFailed || Boolean(item.attachment);
    progress.setAttribute('aria-valuenow', done);
    part(item.tile, 'tile-done').style.width = done + '%';
    this.say(item, failure || prosa.size(item.bytes));
    part(item.tile, 'tile-retry').hidden = !failure || !item.file || item.isHopeless;
    item.tile.className = 'tile' + (failure ? ' tile--failed' : '');
  };

  /* It is read out: once, however often it is painted. */
  Tray.prototype.say = function (item, text) {
    var state = part(item.tile, 'tile-state');
    if (state.textContent !== text) {
      state.textContent = text;
    }
  };

  Tray.prototype.arrived = function (item, attachment) {
    var image = part(item.tile, 'tile-image');
    item.attachment = attachment;
    this.paint(item, item.bytes, '');
    if (attachment.thumbnail_url) {
      image.src = attachment.thumbnail_url;
      image.hidden = false;
    }
    this.check();
  };

  Tray.prototype.forget = function (item) {
    this.items.splice(this.items.indexOf(item), 1);
    this.parts.area.removeChild(item.tile);
    this.parts.area.hidden = this.isEmpty();
    this.emit('changed');
  };

  Tray.prototype.check = function () {
    this.emit('changed');
    if (this.isWanted && !this.isBusy() && !this.isEmpty()) {
      this.isWanted = false;
      this.emit('ready');
    }
  };

  prosa.Tray = Tray;
}(window.prosa = window.prosa || {}));

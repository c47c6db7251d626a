/* A file in a message, as templates/components/attachment.html draws it; and what it is called in one line. */
(function (prosa) {
  'use strict';

  var SIDE = 320;

  var part = prosa.partOf;

  function isImage(file) {
    return Boolean(file.thumbnail_url);
  }

  function fillImage(image, file) {
    var scale = Math.min(1, SIDE / file.width, SIDE / file.height);
    image.setAttribute('width', Math.max(1, Math.round(file.width * scale)));
    image.setAttribute('height', Math.max(1, Math.round(file.height * scale)));
    image.alt = prosa.text('Foto: %(name)s', { name: file.name });
    image.src = file.thumbnail_url;
  }

  /* `element` is the blank one in a copied message; without a file it is taken away. */
  prosa.fillAttachment = function (element, file) {
    if (!file) {
      element.parentNode.removeChild(element);
      return;
    }
    element.hidden = false;
    element.href = file.url;
    if (isImage(file)) {
      element.className = 'attachment attachment--image';
      element.target = '_blank';
      element.rel = 'noopener';
      fillImage(part(element, 'attachment-image'), file);
      element.removeChild(part(element, 'attachment-card'));
    } else {
      part(element, 'attachment-name').textContent = file.name;
      part(element, 'attachment-size').textContent = prosa.size(file.size_bytes);
      element.removeChild(part(element, 'attachment-image'));
    }
  };

  /* What an entry says where only one line is shown: its text, or else what its file is. */
  prosa.said = function (entry) {
    if (entry.conteudo || !entry.attachment) {
      return entry.conteudo;
    }
    return isImage(entry.attachment) ? prosa.text('Foto') :
      prosa.text('Documento: %(name)s', { name: entry.attachment.name });
  };
}(window.prosa = window.prosa || {}));

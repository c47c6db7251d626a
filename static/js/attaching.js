/* How a file gets into the tray: the button, a drop anywhere on the page, a picture pasted into the box;
   cells of a table are a picture too, and words: those are meant.

   parts: tray, button, input, line (the plain form's field), box, area (lights up while something is dragged). */
(function (prosa) {
  'use strict';

  function hasFiles(event) {
    var types = event.dataTransfer ? event.dataTransfer.types : null;
    return Boolean(types) && Array.prototype.indexOf.call(types, 'Files') >= 0;
  }

  function hearDrops(parts) {
    function light(isLit) {
      parts.area.className = 'composer' + (isLit ? ' composer--drop' : '');
    }
    document.addEventListener('dragover', function (event) {
      if (hasFiles(event)) {
        event.preventDefault();
        light(!parts.input.disabled);
      }
    });
    document.addEventListener('dragleave', function (event) {
      if (!event.relatedTarget) {
        light(false);
      }
    });
    document.addEventListener('drop', function (event) {
      if (hasFiles(event)) {
        event.preventDefault();
        light(false);
        if (!parts.input.disabled) {
          parts.tray.addAll(event.dataTransfer.files);
        }
      }
    });
  }

  /* Whether this browser can send a file without leaving the page. */
  prosa.canUpload = function () {
    return Boolean(window.FormData && window.FileReader && window.XMLHttpRequest &&
      'upload' in new window.XMLHttpRequest());
  };

  prosa.hearFiles = function (parts) {
    parts.line.hidden = true;
    parts.button.hidden = false;
    parts.input.multiple = true;
    parts.button.addEventListener('click', function () {
      parts.input.click();
    });
    parts.input.addEventListener('change', function () {
      parts.tray.addAll(parts.input.files);
      parts.input.value = '';
    });
    parts.box.addEventListener('paste', function (event) {
      var pasted = event.clipboardData;
      var hasPicture = pasted && pasted.files && pasted.files.length && !pasted.getData('text/plain');
      if (hasPicture && !parts.input.disabled) {
        event.preventDefault();
        parts.tray.addAll(pasted.files);
      }
    });
    hearDrops(parts);
  };
}(window.prosa = window.prosa || {}));

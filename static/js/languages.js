/* Every text for people, in the language of the page; numbers and sizes as that language writes them.

   prosa.text('Olá, %(name)s', { name: 'Ana' }) and prosa.texts('%(num)s dia', '%(num)s dias', n): the source text is
   Portuguese, and `make texts` finds it by these names, so it stands there as a plain string. `%%` is a percent sign.
   What the server knows of the language stands in the page (handlers/languages/spoken.py); without it, Portuguese. */
(function (prosa) {
  'use strict';

  var SOURCE = { code: 'pt-BR', dates: null, numbers: { decimal: ',', group: '.' }, singular: [0, 1], texts: {}, zone: [] };
  var KILO = 1024;
  var language = null;

  prosa.language = function () {
    var element;
    if (!language) {
      element = window.document && document.getElementById('language');
      language = element ? JSON.parse(element.textContent) : SOURCE;
    }
    return language;
  };

  function known(msgid) {
    var texts = prosa.language().texts;
    return Object.prototype.hasOwnProperty.call(texts, msgid) ? texts[msgid] : null;
  }

  function filled(text, values) {
    return text.replace(/%(?:%|\((\w+)\)s)/g, function (found, name) {
      return name ? values[name] : '%';
    });
  }

  prosa.text = function (msgid, values) {
    return filled(known(msgid) || msgid, values);
  };

  /* The one or the other, as this language counts; %(num)s is the number as it is written. */
  prosa.texts = function (one, many, num, values) {
    var forms = known(one) || [one, many];
    var all = { num: prosa.number(num) };
    Object.keys(values || {}).forEach(function (name) {
      all[name] = values[name];
    });
    return filled(forms[prosa.language().singular.indexOf(num) >= 0 ? 0 : 1], all);
  };

  /* 1.234,5 or 1,234.5; at most three digits after the sign. */
  prosa.number = function (number) {
    var signs = prosa.language().numbers;
    var parts = String(Math.round(number * 1000) / 1000).split('.');
    var whole = parts[0].replace(/\B(?=(\d{3})+$)/g, signs.group);
    return whole + (parts[1] ? signs.decimal + parts[1] : '');
  };

  /* A file's size: 820 bytes, 12 kB, 1,5 MB. */
  prosa.size = function (sizeBytes) {
    var kilos = Math.round(sizeBytes / KILO);
    if (sizeBytes < KILO) {
      return prosa.texts('%(num)s byte', '%(num)s bytes', sizeBytes);
    }
    if (kilos < KILO) {
      return prosa.text('%(size)s kB', { size: prosa.number(kilos) });
    }
    return prosa.text('%(size)s MB', { size: prosa.number(Math.round(sizeBytes / KILO / KILO * 10) / 10) });
  };
}(window.prosa = window.prosa || {}));

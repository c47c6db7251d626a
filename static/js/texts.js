/* How the words of a message are shown: what in them is a link, and whether they are a few emoji; and names.
   The rules of handlers/texts.py; tests/texts.json holds the two together. */
(function (prosa) {
  'use strict';

  var BEGINNING = '(https?://|www\\.)' +
    '[^\\x00-\\x20"<>\\\\^`{|}\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f' +
    '\\u205f-\\u206f\\u3000\\ufeff\\ufff0-\\uffff]+';
  var WORD = /[A-Za-z0-9_]/;
  var NAME = /[A-Za-z0-9_.@\/\-]/;
  var END = '.,;:!?\'"*~…“”‘’«»';
  var OPENING = { ')': '(', ']': '[' };
  var AUTHORITY = /^([^:@\[\]()]+)(:[0-9]{1,5})?$/;
  var HOST = /^[a-z0-9\-]{1,63}(\.[a-z0-9\-]{1,63})*$/i;
  var PORTUGUESE = /^[a-z0-9.àáâãéêíóôõúüç\-]+$/i;
  var ASTRAL = '\\ud83c[\\udc00-\\udde5\\ude00-\\udfff]|[\\ud83d\\ud83e][\\udc00-\\udfff]';
  var TONE = '(?:\\ud83c[\\udffb-\\udfff])?';
  var EMOJI = new RegExp('^\\s*(?:(?:(?:\\ud83c[\\udde6-\\uddff]){2}|[0-9#*]\\ufe0f?\\u20e3' +
    '|(?:(?:' + ASTRAL + '|[\\u231a\\u231b\\u23e9-\\u23f3\\u25fd\\u25fe\\u2600-\\u27bf\\u2b1b\\u2b1c\\u2b50\\u2b55])' +
    '\\ufe0f?|[\\xa9\\xae\\u2000-\\u32ff]\\ufe0f)' + TONE + '(?:\\udb40[\\udc20-\\udc7f])*' +
    '(?:\\u200d(?:' + ASTRAL + '|[\\u2000-\\u32ff])\\ufe0f?' + TONE + ')*)\\s*){1,3}$');

  var CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  var LEFTWARD = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\ud802\ud803\ud83a\ud83b]/;

  function count(text, sign) {
    return text.split(sign).length - 1;
  }

  function trimmed(written) {
    var extra = {};
    var end = written.length;
    Object.keys(OPENING).forEach(function (closing) {
      extra[closing] = count(written, closing) - count(written, OPENING[closing]);
    });
    while (end && (extra[written.charAt(end - 1)] > 0 || END.indexOf(written.charAt(end - 1)) >= 0)) {
      extra[written.charAt(end - 1)] -= 1;
      end -= 1;
    }
    return written.slice(0, end);
  }

  /* The host as it is shown: as it is asked for, where it could be taken for another one. */
  function honest(host) {
    var isOurs = PORTUGUESE.test(host);
    var name = host;
    try {
      name = isOurs ? host.replace(/[^\x00-\x7f]/g, 'x') : new window.URL('https://' + host).hostname;
    } catch (error) {
      return null;
    }
    return HOST.test(name) ? (isOurs ? host : name) : null;
  }

  function link(written, isBare) {
    var scheme = isBare ? 'https://' : written.slice(0, written.indexOf('//') + 2);
    var rest = isBare ? written : written.slice(scheme.length);
    var parts = AUTHORITY.exec(rest.split(/[\/?#]/)[0]);
    var host = parts && (!isBare || count(parts[1], '.') > 1) ? honest(parts[1]) : null;
    var address = host && host + rest.slice(parts[1].length);
    return address && { text: isBare ? address : scheme + address, href: scheme + address };
  }

  /* `text` in its order, as {text, href}; `href` is empty where it leads nowhere. */
  prosa.pieces = function (text) {
    var beginning = new RegExp(BEGINNING, 'gi');
    var found = [];
    var start = 0;
    var match = beginning.exec(text);
    var isBare;
    var written;
    var piece;
    while (match) {
      isBare = match[1].toLowerCase() === 'www.';
      written = trimmed(match[0]);
      piece = (isBare ? NAME : WORD).test(text.charAt(match.index - 1)) ? null : link(written, isBare);
      beginning.lastIndex = match.index + (piece ? written.length : 1);
      if (piece) {
        if (match.index > start) {
          found.push({ text: text.slice(start, match.index), href: '' });
        }
        found.push(piece);
        start = beginning.lastIndex;
      }
      match = beginning.exec(text);
    }
    if (start < text.length || !text) {
      found.push({ text: text.slice(start), href: '' });
    }
    return found;
  };

  /* `name` so that whatever stands around it keeps its order: for where it is no element of its own. */
  prosa.isolated = function (name) {
    var plain = name.replace(CONTROLS, '');
    return LEFTWARD.test(plain) ? '\u2068' + plain + '\u2069' : plain;
  };

  /* Whether `text` is one to three emoji and nothing else. */
  prosa.isEmoji = function (text) {
    return EMOJI.test(text);
  };

  /* `element` says `text`, its links as templates/components/text.html draws them. */
  prosa.fillText = function (element, text) {
    element.textContent = '';
    prosa.pieces(text).forEach(function (piece) {
      var node = document.createTextNode(piece.text);
      var anchor;
      if (piece.href) {
        anchor = document.createElement('a');
        anchor.className = 'message__link';
        anchor.setAttribute('href', piece.href);
        anchor.setAttribute('target', '_blank');
        anchor.setAttribute('rel', 'noopener nofollow ugc');
        anchor.appendChild(node);
        node = anchor;
      }
      element.appendChild(node);
    });
  };
}(window.prosa = window.prosa || {}));

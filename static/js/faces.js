/* What stands for somebody without a photo: two letters on a colour. The rules of handlers/faces.py;
   tests/faces.json holds the two together. */
(function (prosa) {
  'use strict';

  var HUES = 8;
  var BLANK = /[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
  var UNSEEN = /[!-\/:-@\[-`{-\xbf\u02b0-\u036f\u0483-\u0489\u061c\u200b-\u206f\ufe00-\ufe0f\ufeff]/g;
  var LETTER = /[\ud800-\udbff][\udc00-\udfff]|[\s\S]/g;

  prosa.initialsOf = function (name) {
    var words = name.split(BLANK).map(function (word) {
      return word.replace(UNSEEN, '').match(LETTER);
    }).filter(Boolean);
    var last = words[words.length - 1];
    if (!last) {
      return '';
    }
    return (words.length > 1 ? words[0][0] + last[0] : last.slice(0, 2).join('')).toUpperCase();
  };

  prosa.hueOf = function (name) {
    var value = 0;
    var i;
    for (i = 0; i < name.length; i += 1) {
      value = (value * 33 + name.charCodeAt(i)) % 65521;
    }
    return value % HUES;
  };

  /* The sign that templates/components/avatar.html draws, of somebody else now. */
  prosa.paintFace = function (element, name) {
    element.textContent = prosa.initialsOf(name);
    element.className = element.className.replace(/avatar--\d/, 'avatar--' + prosa.hueOf(name));
  };

  /* Whose sign a room has: the other person's where there is one, otherwise its own. */
  prosa.faceOf = function (room, userId) {
    var others = Array.isArray(room.members) ? room.members.filter(function (member) {
      return member.user_id !== userId;
    }) : [];
    return others.length === 1 ? others[0].name : room.title;
  };
}(window.prosa = window.prosa || {}));

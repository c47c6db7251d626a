/* The deal card and the people in it, drawn anew when the site changes them.
   The rules of templates/components/deal.html: texts, numbers, and links over https or within the site. */
(function (prosa) {
  'use strict';

  var part = prosa.partOf;

  function isLink(url) {
    return typeof url === 'string' && /^(https:\/\/|\/(?![\/\\]))[!-~\u0080-\uffff]*$/.test(url);
  }

  /* parts: list, row (blank), members and member (blank); members may be null. */
  function Deal(parts, userId) {
    this.parts = parts;
    this.userId = userId;
    this.shown = '';
  }

  /* What is shown already is left alone: the keyboard may be on it. */
  Deal.prototype.show = function (room) {
    var shown = JSON.stringify([room.context, room.members]);
    if (shown === this.shown) {
      return;
    }
    this.shown = shown;
    this.showContext(room.context);
    if (this.parts.members && Array.isArray(room.members)) {
      this.showMembers(room.members);
    }
  };

  Deal.prototype.showContext = function (context) {
    var list = this.parts.list;
    list.textContent = '';
    Object.keys(context).forEach(function (label) {
      var value = context[label];
      var isPair = value !== null && typeof value === 'object' && value.url !== undefined;
      if (isPair || typeof value === 'string' || typeof value === 'number') {
        list.appendChild(this.row(label, value, isPair));
      }
    }, this);
  };

  Deal.prototype.row = function (label, value, isPair) {
    var row = this.parts.row.cloneNode(true);
    var cell = part(row, 'deal-value');
    var url = isPair ? value.url : value;
    var link;
    part(row, 'deal-label').textContent = label;
    cell.textContent = '';
    if (isLink(url)) {
      link = document.createElement('a');
      link.className = 'deal__link';
      link.setAttribute('href', url);
      link.textContent = typeof value.text === 'string' ? value.text : prosa.text('Abrir');
      cell.appendChild(link);
    } else if (!isPair) {
      cell.textContent = value;
    }
    return row;
  };

  Deal.prototype.showMembers = function (members) {
    this.parts.members.textContent = '';
    members.forEach(function (person) {
      var item = this.parts.member.cloneNode(true);
      part(item, 'member-name').textContent = person.name + (person.user_id === this.userId ? ' ' + prosa.text('(você)') : '');
      part(item, 'member-role').textContent = person.role;
      this.parts.members.appendChild(item);
    }, this);
  };

  prosa.Deal = Deal;
}(window.prosa = window.prosa || {}));
